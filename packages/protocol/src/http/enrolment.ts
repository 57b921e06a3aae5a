import {
  DEFAULT_TOKEN_SECS,
  MAX_TOKEN_SECS,
  MAX_TOKEN_USES,
  MIN_TOKEN_SECS,
  tokenId,
} from '../domain/enrolment.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { endpoint } from './endpoint.ts';

/** Only values of this form are put into an install command. */
export const INSTALL_VALUE = /^[A-Za-z0-9._:-]+$/;

export const TOKEN_STATES = ['open', 'used_up', 'expired', 'revoked'] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

const isoTime = s.string({ max: 32, description: 'ISO 8601, UTC.' });
const sha256 = s.string({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ });
const done = s.object({ success: s.oneOf([true]), message: s.string({ max: 256 }) });

const tokenFields = {
  id: tokenId,
  note: s.string({ max: 128 }),
  state: s.oneOf(TOKEN_STATES),
  max_uses: s.integer({ min: 1 }),
  uses: s.integer({ min: 0 }),
  client_id: s.nullable(s.described(uuid, 'Only this client may use it.')),
  created_at: isoTime,
  created_by: s.string({ max: 128 }),
  expires_at: isoTime,
};
export const tokenView = s.object(tokenFields);
export type TokenView = Infer<typeof tokenView>;
export const createdToken = s.object({
  ...tokenFields,
  token: s.string({ max: 128, description: 'Told this once. Give it to the host in a file.' }),
});
export type CreatedToken = Infer<typeof createdToken>;

/** One archive with ops-client that this server hands out. */
export const clientFile = s.object({
  name: s.string({ max: 128 }),
  arch: s.oneOf(['x64', 'arm64']),
  bytes: s.integer({ min: 0 }),
  sha256,
});
export type ClientFile = Infer<typeof clientFile>;

export const getEnrolment = endpoint({
  method: 'GET',
  path: '/api/enrolment',
  access: 'viewer',
  tag: 'enrolment',
  summary: { zh: '添加主机所需的信息', en: 'What a new host has to be told' },
  answer: s.object({
    authentication: s.boolean('Clients have to prove a secret or a key.'),
    tcp_port: s.integer({ min: 1, max: 65_535 }),
    local_only: s.boolean('The TCP port is open to this machine only (tcp_bind_addr).'),
    tls: s.nullable(
      s.object({
        fingerprint: s.string({ max: 71, description: '`sha256:` and 64 hex digits, for tls_fingerprint.' }),
      }),
    ),
    version: s.string({ max: 64 }),
    server_time_ms: s.described(epochMs, 'A host that came later is new: see `first_seen_ms`.'),
    installer_sha256: s.nullable(s.described(sha256, 'Of /install.sh; null when it is not installed.')),
    sums_sha256: s.nullable(s.described(sha256, 'Of /download/SHA256SUMS; null when there are no files.')),
    files: s.array(clientFile, 16),
  }),
});
export type EnrolmentFacts = Infer<NonNullable<(typeof getEnrolment)['answer']>>;

export const listTokens = endpoint({
  method: 'GET',
  path: '/api/enrolment-tokens',
  access: 'admin',
  tag: 'enrolment',
  summary: { zh: '接入令牌列表', en: 'Enrolment tokens, newest first' },
  answer: s.object({ tokens: s.array(tokenView, 1000) }),
});

export const createToken = endpoint({
  method: 'POST',
  path: '/api/enrolment-tokens',
  access: 'admin',
  tag: 'enrolment',
  summary: { zh: '创建接入令牌', en: 'Make a token that lets new hosts in' },
  body: s.object({
    uses: s.optional(
      s.integer({ min: 1, max: MAX_TOKEN_USES, description: 'Hosts it lets in; 1 when absent.' }),
    ),
    expires_in_secs: s.optional(
      s.integer({
        min: MIN_TOKEN_SECS,
        max: MAX_TOKEN_SECS,
        description: `${DEFAULT_TOKEN_SECS}, a day, when absent.`,
      }),
    ),
    note: s.optional(s.string({ max: 128 })),
    client_id: s.optional(
      s.described(uuid, 'For this host only, which may be known already: it gets a new key.'),
    ),
  }),
  answer: createdToken,
  failures: {
    404: 'client_not_found',
    409: 'authentication_off, too_many_tokens',
    503: 'storage_unavailable',
  },
});

export const revokeToken = endpoint({
  method: 'DELETE',
  path: '/api/enrolment-tokens/{id}',
  access: 'admin',
  tag: 'enrolment',
  summary: { zh: '吊销接入令牌', en: 'Revoke a token; hosts it has let in stay' },
  params: s.object({ id: tokenId }),
  answer: done,
  failures: { 404: 'token_not_found', 503: 'storage_unavailable' },
});

export const orderNewIdentity = endpoint({
  method: 'POST',
  path: '/api/clients/{id}/new-identity',
  access: 'admin',
  tag: 'enrolment',
  summary: {
    zh: '为 ID 冲突的副本分配新身份',
    en: 'Give the refused one of two hosts with this id an id of its own',
  },
  params: s.object({ id: uuid }),
  answer: done,
  failures: { 404: 'client_not_found', 409: 'no_conflict', 503: 'storage_unavailable' },
});

export const revokeKey = endpoint({
  method: 'DELETE',
  path: '/api/clients/{id}/key',
  access: 'admin',
  tag: 'enrolment',
  summary: { zh: '吊销客户端密钥', en: 'Revoke the key of a client and close its connection' },
  params: s.object({ id: uuid }),
  answer: done,
  failures: { 404: 'client_not_found', 409: 'no_key', 503: 'storage_unavailable' },
});

export const installScript = endpoint({
  method: 'GET',
  path: '/install.sh',
  access: 'public',
  tag: 'enrolment',
  summary: { zh: '安装脚本', en: 'The installer of ops-client, the same for everybody' },
  answer: { mediaType: 'text/x-shellscript', description: 'POSIX sh; holds no secret and no address.' },
});

export const downloadFile = endpoint({
  method: 'GET',
  path: '/download/{file}',
  access: 'public',
  tag: 'enrolment',
  summary: { zh: '下载客户端文件', en: 'ops-client for a host, and SHA256SUMS' },
  params: s.object({ file: s.string({ min: 1, max: 128, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/ }) }),
  answer: { mediaType: 'application/octet-stream', description: 'The file; an unknown name is a 404.' },
  failures: { 404: 'not_found', 503: 'server_busy' },
});
