/** How hosts are added: facts for the page, tokens, orders about identities, and what a host downloads. */
import { DEFAULT_TOKEN_SECS } from '@ops/protocol/domain/enrolment.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import {
  createToken,
  downloadFile,
  getEnrolment,
  installScript,
  listTokens,
  orderNewIdentity,
  revokeKey,
  revokeToken,
} from '@ops/protocol/http/enrolment.ts';

import type { Clock } from '@ops/runtime/clock.ts';

import type { Enrolment } from '../../enrolment/enrolment.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { actorOf } from '../acting.ts';
import { SUMS_NAME } from '../client-files.ts';
import type { ClientFiles } from '../client-files.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';

/** Archives being sent at once, to anybody: strangers must not fill the line for long. */
export const MAX_DOWNLOADS = 32;
const BUSY_RETRY_SECS = 5;

/** The TCP port, as hosts see it. */
export interface TcpEntrance {
  readonly authentication: boolean;
  /** The real one; known once it is open. */
  readonly port: () => number;
  readonly localOnly: boolean;
  /** `sha256:…` of the certificate; null over plain TCP. */
  readonly fingerprint: string | null;
}

export interface EnrolmentRouteNeeds {
  readonly enrolment: Enrolment;
  readonly entrance: TcpEntrance;
  readonly clientFiles: ClientFiles;
  readonly fleet: Pick<Fleet, 'summary'>;
  readonly version: string;
  readonly clock: Pick<Clock, 'wall'>;
}

export function enrolmentRoutes(needs: EnrolmentRouteNeeds): Route[] {
  const { enrolment, entrance, clientFiles, fleet, version, clock } = needs;
  let downloads = 0;

  function known(id: string): void {
    if (!fleet.summary(id)) throw new OpsError('client_not_found');
  }

  return [
    route(getEnrolment).returns(() => ({
      authentication: entrance.authentication,
      tcp_port: entrance.port(),
      local_only: entrance.localOnly,
      tls: entrance.fingerprint === null ? null : { fingerprint: entrance.fingerprint },
      version,
      server_time_ms: Math.floor(clock.wall()),
      installer_sha256: clientFiles.installer?.sha256 ?? null,
      sums_sha256: clientFiles.sumsSha256,
      files: [...clientFiles.files],
    })),

    route(listTokens).returns(() => ({ tokens: [...enrolment.tokens()] })),

    route(createToken).returns(async ({ body, principal, context }) => {
      if (body.client_id !== undefined) known(body.client_id);
      const wish = {
        maxUses: body.client_id === undefined ? (body.uses ?? 1) : 1,
        expiresInSecs: body.expires_in_secs ?? DEFAULT_TOKEN_SECS,
        note: body.note ?? '',
        clientId: body.client_id ?? null,
      };
      return enrolment.createToken(wish, actorOf(principal, context));
    }),

    route(revokeToken).returns(async ({ params, principal, context }) => {
      await enrolment.revokeToken(params.id, actorOf(principal, context));
      return { success: true, message: SUCCESSES.tokenRevoked[context.language] };
    }),

    route(orderNewIdentity).returns(async ({ params, principal, context }) => {
      known(params.id);
      await enrolment.orderNewIdentity(params.id, actorOf(principal, context));
      return { success: true, message: SUCCESSES.newIdentityOrdered[context.language] };
    }),

    route(revokeKey).returns(async ({ params, principal, context }) => {
      known(params.id);
      await enrolment.revokeKey(params.id, actorOf(principal, context));
      return { success: true, message: SUCCESSES.keyRevoked[context.language] };
    }),

    route(installScript).sends(({ reply }) => {
      if (!clientFiles.installer) throw new RequestFault('not_found');
      return reply
        .type('text/x-shellscript; charset=utf-8')
        .header('Content-Disposition', 'attachment; filename="install.sh"')
        .send(clientFiles.installer.text);
    }),

    route(downloadFile).sends(async ({ params, reply }) => {
      if (params.file === SUMS_NAME && clientFiles.files.length > 0) {
        return reply.type('text/plain; charset=utf-8').send(clientFiles.sums);
      }
      if (downloads >= MAX_DOWNLOADS) throw new OpsError('server_busy', { retryAfterSecs: BUSY_RETRY_SECS });
      const file = await clientFiles.open(params.file);
      if (!file) throw new RequestFault('not_found');
      downloads++;
      const stream = file.handle.createReadStream();
      stream.once('close', () => downloads--);
      return reply
        .type('application/gzip')
        .header('Content-Length', String(file.bytes))
        .header('Content-Disposition', `attachment; filename="${params.file}"`)
        .send(stream);
    }),
  ];
}
