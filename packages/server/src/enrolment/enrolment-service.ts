/**
 * Enrolment: tokens that let new hosts in, keys of their own, and what becomes of them. Everything is in memory, and
 * in the database before it counts; only `confirmed` may be lost, and comes again with the next connection.
 *
 *   createToken ─► (a person) ─► client proves it to the gateway ─► enrol ─► key ─► client proves that ─► confirmed
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { CreatedToken, TokenView } from '@ops/protocol/http/enrolment.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { createInTurn } from '@ops/runtime/in-turn.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Fleet, FleetInbox } from '../fleet/fleet.ts';
import type {
  By,
  ClientKey,
  Enrolment,
  EnrolRequest,
  Granted,
  Provable,
  Refusal,
  Token,
} from './enrolment.ts';
import type { EnrolmentKey } from './enrolment-key.ts';
import type { EnrolmentStore } from './enrolment-store.ts';
import { createNewIdentityOrders } from './new-identity-orders.ts';
import { judgeEnrol, tokenState } from './rules.ts';

/** Tokens remembered, over ones included. */
export const MAX_TOKENS = 1000;
/** A token that is over stays in the list this long. */
export const TOKEN_MEMORY_MS = 30 * 24 * 3_600_000;
/** Of the token inside an order for a new identity: the host takes it within a minute or so. */
export const NEW_IDENTITY_TOKEN_SECS = 3600;
const TOKEN_ID_BYTES = 8;
const SALT_BYTES = 16;

export interface EnrolmentNeeds {
  readonly store: EnrolmentStore;
  /** Undefined while clients need not prove anything. */
  readonly key: EnrolmentKey | undefined;
  readonly fleet: Pick<Fleet, 'summary' | 'onChange'> & Pick<FleetInbox, 'isForgotten' | 'link'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Reads what is stored. */
export async function createEnrolment(needs: EnrolmentNeeds): Promise<Enrolment> {
  const { store, key: master, fleet, clock, random, log } = needs;
  const tokens = new Map<string, Token>();
  const keys = new Map<string, ClientKey>();
  const orders = createNewIdentityOrders(clock);
  /** Changes of one client or token follow each other: each is judged by what the one before it left. */
  const inTurn = createInTurn();

  const stored = await store.load();
  for (const token of stored.tokens) tokens.set(token.id, token);
  for (const key of stored.keys) keys.set(key.clientId, key);
  const foreign = stored.keys.filter((key) => master && key.keyPrint !== master.fingerprint).length;
  if (foreign > 0) {
    log.error(
      'enrolment-key is not the one that keys of clients were made of: put that file back, or enrol these clients anew',
      { clients: foreign },
    );
  }
  fleet.onChange((change) => {
    if (change.kind !== 'forgotten') return;
    keys.delete(change.id);
    orders.drop(change.id);
  });

  function entry(
    action: string,
    target: string,
    by: By,
    detail: AuditEntry['detail'],
    outcome: AuditEntry['outcome'] = 'ok',
  ): AuditEntry {
    return { atMs: clock.wall(), ...by, action, target, detail, outcome };
  }

  function viewOf(token: Token): TokenView {
    return {
      id: token.id,
      note: token.note,
      state: tokenState(token, clock.wall()),
      max_uses: token.maxUses,
      uses: token.uses,
      client_id: token.clientId,
      created_at: new Date(token.createdAtMs).toISOString(),
      created_by: token.createdBy,
      expires_at: new Date(token.expiresAtMs).toISOString(),
    };
  }

  /** The text of a key of this client; undefined when it was made of another key file. */
  function textOf(
    key: ClientKey,
    { generation, salt }: { generation: number; salt: string },
  ): string | undefined {
    if (!master || key.keyPrint !== master.fingerprint) return undefined;
    return master.clientKey(key.clientId, generation, salt);
  }

  function provable(clientId: string): Provable {
    const key = keys.get(clientId);
    if (!key) return { kind: 'shared' };
    if (key.revokedAtMs !== null) return { kind: 'own', key: undefined, before: undefined };
    const before = key.before && textOf(key, key.before);
    return {
      kind: 'own',
      key: textOf(key, key),
      before: before ? { key: before } : key.hadShared ? 'shared' : undefined,
    };
  }

  async function create(
    wish: Parameters<Enrolment['createToken']>[0],
    by: By,
  ): Promise<{ readonly token: Token; readonly text: string }> {
    if (!master) throw new OpsError('authentication_off');
    const now = clock.wall();
    const stale = [...tokens.values()].filter(
      (token) => tokenState(token, now) !== 'open' && now - token.createdAtMs > TOKEN_MEMORY_MS,
    );
    const dropTokens = stale.map((token) => token.id);
    if (tokens.size - dropTokens.length >= MAX_TOKENS) throw new OpsError('too_many_tokens');
    const token: Token = {
      id: random.bytes(TOKEN_ID_BYTES).toString('hex'),
      note: wish.note,
      maxUses: wish.maxUses,
      uses: 0,
      clientId: wish.clientId,
      createdAtMs: now,
      createdBy: by.actor,
      expiresAtMs: now + wish.expiresInSecs * 1000,
      revokedAtMs: null,
    };
    const detail = {
      max_uses: token.maxUses,
      expires_at_ms: token.expiresAtMs,
      client_id: token.clientId,
      note: token.note,
    };
    await store.save({ token, dropTokens }, [entry('token_create', token.id, by, detail)]);
    for (const id of dropTokens) tokens.delete(id);
    tokens.set(token.id, token);
    return { token, text: master.token(token.id) };
  }

  async function enrol(request: EnrolRequest): Promise<Granted | Refusal> {
    const { tokenId, clientId } = request;
    const token = tokens.get(tokenId);
    // It was proved a moment ago.
    if (!token || !master) return 'token_revoked';
    const known = fleet.summary(clientId);
    const verdict = judgeEnrol({
      token,
      clientId,
      key: keys.get(clientId),
      known: known !== undefined,
      forgotten: fleet.isForgotten(clientId),
      nowMs: clock.wall(),
    });
    const by: By = { actor: `client:${clientId}`, role: '', address: request.address };
    const told = { token: tokenId, hostname: request.hostname, client_version: request.clientVersion };
    if (verdict !== 'new' && verdict !== 'again') {
      await store.save({}, [entry('client_enrol', clientId, by, { ...told, reason: verdict }, 'refused')]);
      return verdict;
    }
    const held = keys.get(clientId);
    if (verdict === 'again' && held) {
      const text = textOf(held, held);
      if (text !== undefined) return { generation: held.generation, key: text };
    }
    const usable = held && held.revokedAtMs === null ? held : undefined;
    const key: ClientKey = {
      clientId,
      generation: (held?.generation ?? 0) + 1,
      salt: random.bytes(SALT_BYTES).toString('hex'),
      keyPrint: master.fingerprint,
      tokenId,
      issuedAtMs: clock.wall(),
      confirmedAtMs: null,
      revokedAtMs: null,
      // What never worked is no way back.
      before: (usable && (usable.confirmedAtMs === null ? usable.before : usable)) ?? null,
      hadShared: usable
        ? usable.confirmedAtMs === null && usable.hadShared
        : !held && known?.credential === 'shared_secret',
    };
    const used: Token = { ...token, uses: Math.min(token.maxUses, token.uses + 1) };
    await store.save({ token: used, key }, [
      entry('client_enrol', clientId, by, { ...told, generation: key.generation }),
    ]);
    tokens.set(tokenId, used);
    keys.set(clientId, key);
    return { generation: key.generation, key: master.clientKey(clientId, key.generation, key.salt) };
  }

  return {
    provable,
    tokenText: (id) => (tokens.has(id) ? master?.token(id) : undefined),
    proved(clientId) {
      const key = keys.get(clientId);
      if (!key || key.confirmedAtMs !== null || key.revokedAtMs !== null) return;
      const confirmed: ClientKey = { ...key, confirmedAtMs: clock.wall(), before: null, hadShared: false };
      keys.set(clientId, confirmed);
      inTurn(() => store.save({ key: confirmed }, [])).catch((error: unknown) =>
        log.warn('that a client used its own key could not be stored; it will be with its next connection', {
          client: clientId,
          error,
        }),
      );
    },
    enrol: (request) => inTurn(() => enrol(request)),
    takeNewIdentity(clientId, address) {
      const order = orders.take(clientId);
      if (!order) return undefined;
      const by: By = { actor: order.by, role: '', address };
      inTurn(() => store.save({}, [entry('new_identity_given', clientId, by, {})])).catch((error: unknown) =>
        log.error('a new identity was given and could not be audited', { client: clientId, error }),
      );
      return { token: order.tokenId === undefined ? undefined : master?.token(order.tokenId) };
    },

    tokens: () =>
      [...tokens.values()]
        .toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
        .map(viewOf),
    createToken: (wish, by) =>
      inTurn(async (): Promise<CreatedToken> => {
        const { token, text } = await create(wish, by);
        return { ...viewOf(token), token: text };
      }),
    revokeToken: (id, by) =>
      inTurn(async () => {
        const token = tokens.get(id);
        if (!token) throw new OpsError('token_not_found');
        if (token.revokedAtMs !== null) return;
        const revoked = { ...token, revokedAtMs: clock.wall() };
        await store.save({ token: revoked }, [
          entry('token_revoke', id, by, { note: token.note, uses: token.uses }),
        ]);
        tokens.set(id, revoked);
      }),
    orderNewIdentity: (clientId, by) =>
      inTurn(async () => {
        if (fleet.summary(clientId)?.conflict !== true) throw new OpsError('no_conflict');
        const wish = {
          maxUses: 1,
          expiresInSecs: NEW_IDENTITY_TOKEN_SECS,
          note: `new identity: ${clientId}`,
          clientId: null,
        };
        const tokenId = keys.has(clientId) ? (await create(wish, by)).token.id : undefined;
        await store.save({}, [entry('new_identity_order', clientId, by, {})]);
        orders.add(clientId, { by: by.actor, tokenId });
      }),
    revokeKey: (clientId, by) =>
      inTurn(async () => {
        const key = keys.get(clientId);
        if (!key || key.revokedAtMs !== null) throw new OpsError('no_key');
        const revoked: ClientKey = { ...key, revokedAtMs: clock.wall(), before: null, hadShared: false };
        await store.save({ key: revoked }, [
          entry('client_key_revoke', clientId, by, { generation: key.generation }),
        ]);
        keys.set(clientId, revoked);
        fleet.link(clientId)?.close('protocol');
      }),
    keyOf: (clientId) => keys.get(clientId),
  };
}
