/**
 * What the client has to do with its own upgrade. Only this is loaded on a host that names no upgrade_keys; all else in
 * this folder is imported when there are some.
 */
import type { ReleaseName } from '@ops/protocol/domain/client-release.ts';
import type { ClientMessage, MessageOf } from '@ops/protocol/wire/messages.ts';

export type UpgradeReport = NonNullable<MessageOf<'register'>['upgrade']>;
export type UpgradeOutcome = NonNullable<UpgradeReport['last']>;
export type UpgradeMessage = MessageOf<'upgrade'> | MessageOf<'cancel_upgrade'> | MessageOf<'upgrade_part'>;

/** A client that may be exchanged. */
export interface Exchangeable {
  /** @returns false when the link is not ready */
  send(message: ClientMessage): boolean;
  /**
   * Comes to rest when no command and no action runs or waits: it then takes no order any more, until it is stopped.
   * @returns false when there is something; then nothing has changed
   */
  rest(): boolean;
}

export interface UpgradePart {
  /** What `register` says of it. */
  report(): UpgradeReport;
  /** A client starts; the one before has been stopped. */
  attach(client: Exchangeable): void;
  /** The server has registered this client. */
  ready(): void;
  down(): void;
  /** What ran has ended: it could come to rest. */
  idle(): void;
  take(message: UpgradeMessage): void;
}

/** On a host that takes no part. */
export function createNoUpgrades(release: ReleaseName | undefined): UpgradePart {
  let client: Exchangeable | undefined;
  return {
    report: () => ({ keys: [], release: release ?? null, last: null }),
    attach: (attached) => void (client = attached),
    ready() {},
    down() {},
    idle() {},
    take({ type, upgrade_id }) {
      if (type === 'upgrade')
        client?.send({ type: 'upgrade_status', upgrade_id, state: 'refused', reason: 'off', detail: null });
    },
  };
}
