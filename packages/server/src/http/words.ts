/** The one place that turns an error code into a status and a sentence, and holds what a success says. */
import type { ErrorCode } from '@ops/protocol/errors.ts';
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

import type { PasswordFault } from '../auth/password-rules.ts';

export type Language = keyof Words;

interface FailureWords extends Words {
  readonly status: number;
}

export const FAILURES: Readonly<Record<ErrorCode, FailureWords>> = {
  invalid_request: { status: 400, zh: '请求无效', en: 'The request is not valid' },
  weak_password: { status: 400, zh: '新密码不符合要求', en: 'The new password is not good enough' },
  unauthenticated: { status: 401, zh: '未认证', en: 'Not signed in' },
  invalid_credentials: { status: 401, zh: '用户名或密码错误', en: 'Wrong user name or password' },
  password_change_required: {
    status: 403,
    zh: '仍在使用默认密码：请先修改密码（从本机访问则不受限制）',
    en: 'The default password is still in use: change it first (from this machine itself everything works)',
  },
  forbidden: { status: 403, zh: '没有权限', en: 'Not allowed' },
  not_found: { status: 404, zh: '没有这个地址', en: 'There is nothing at this address' },
  client_not_found: { status: 404, zh: '没有这个客户端', en: 'There is no such client' },
  method_not_allowed: { status: 405, zh: '不支持该请求方法', en: 'This address does not take this method' },
  client_online: {
    status: 409,
    zh: '客户端在线：只能删除离线的客户端',
    en: 'The client is online: only an offline one can be deleted',
  },
  client_offline: {
    status: 409,
    zh: '客户端离线：可设置 queue_secs 让命令等待其上线',
    en: 'The client is offline: set queue_secs to let the command wait for it',
  },
  authentication_off: {
    status: 409,
    zh: '服务端未启用客户端认证，不需要令牌：见配置项 tcp_auth_enabled',
    en: 'Clients are not authenticated here, so there is nothing to enrol: see the setting tcp_auth_enabled',
  },
  token_not_found: { status: 404, zh: '没有这个令牌', en: 'There is no such token' },
  too_many_tokens: {
    status: 409,
    zh: '令牌过多：请先吊销不用的，或等待旧令牌被清理',
    en: 'There are too many tokens: wait until old ones are cleared away',
  },
  no_conflict: {
    status: 409,
    zh: '该客户端没有 ID 冲突',
    en: 'No other process comes with the id of this client',
  },
  no_key: {
    status: 409,
    zh: '该客户端没有可以吊销的独立密钥',
    en: 'This client has no key of its own that could be revoked',
  },
  command_not_found: { status: 404, zh: '没有这个命令', en: 'There is no such command' },
  command_over: { status: 409, zh: '已经结束', en: 'It is over already' },
  command_rejected: {
    status: 422,
    zh: '命令被安全策略拒绝',
    en: 'The command is not allowed by the policy',
  },
  app_not_found: { status: 404, zh: '该客户端上没有这个应用', en: 'There is no such app on this client' },
  operation_in_progress: {
    status: 409,
    zh: '该应用正在执行另一项操作，请等待其结束或先取消',
    en: 'Another action on this app is not over: wait for its end or cancel it first',
  },
  no_earlier_release: {
    status: 409,
    zh: '没有可以回滚到的更早版本，或它已改变：请刷新后重试',
    en: 'There is no earlier version to go back to, or it changed: look again',
  },
  rollout_not_found: { status: 404, zh: '没有这个分批发布', en: 'There is no such rollout' },
  rollout_state: {
    status: 409,
    zh: '分批发布当前的状态不允许此操作，请刷新后重试',
    en: 'The rollout does not take this order as it stands: look again',
  },
  no_client_release: {
    status: 409,
    zh: '服务端上没有可用于升级的客户端发布包：见“客户端升级”页面',
    en: 'This server has no release of ops-client to hand out: see the page "Client upgrades"',
  },
  upgrade_not_found: { status: 404, zh: '没有这个客户端升级', en: 'There is no such upgrade' },
  upgrade_running: {
    status: 409,
    zh: '已有一个客户端升级尚未结束：请等待其结束或先停止',
    en: 'Another upgrade of clients is not over: wait for its end or stop it first',
  },
  upgrade_state: {
    status: 409,
    zh: '客户端升级当前的状态不允许此操作，请刷新后重试',
    en: 'The upgrade does not take this order as it stands: look again',
  },
  batch_not_found: { status: 404, zh: '没有这个批量任务', en: 'There is no such batch' },
  batch_running: {
    status: 409,
    zh: '批量任务仍在执行，请等待其结束或先停止',
    en: 'The batch is still running: wait for its end or stop it first',
  },
  no_targets: {
    status: 422,
    zh: '没有符合条件的主机',
    en: 'No host matches the targets',
  },
  idempotency_key_reused: {
    status: 409,
    zh: '该 Idempotency-Key 已用于另一个请求',
    en: 'This Idempotency-Key was used for another request',
  },
  conflict: {
    status: 409,
    zh: '与当前状态冲突，请刷新后重试',
    en: 'It changed meanwhile: look again and repeat',
  },
  payload_too_large: { status: 413, zh: '请求内容过大', en: 'The request is too large' },
  unsupported_media_type: {
    status: 415,
    zh: '请求内容必须为 application/json',
    en: 'The content of the request must be application/json',
  },
  misdirected_request: {
    status: 421,
    zh: '不接受该主机名：见配置项 allowed_hosts',
    en: 'This host name is not accepted: see the setting allowed_hosts',
  },
  too_many_requests: {
    status: 429,
    zh: '尝试次数过多，请稍后再试',
    en: 'Too many attempts: try again later',
  },
  internal: {
    status: 500,
    zh: '服务器内部错误，详见服务器日志',
    en: 'Something failed here: the log of the server tells more',
  },
  storage_unavailable: {
    status: 503,
    zh: '数据暂时无法保存，请稍后重试',
    en: 'Data cannot be stored at the moment: try again later',
  },
  server_busy: { status: 503, zh: '服务器繁忙，请稍后重试', en: 'The server is busy: try again soon' },
  // These belong to the wire and leave it only by a fault of ours.
  protocol: {
    status: 500,
    zh: '服务器内部错误，详见服务器日志',
    en: 'Something failed here: the log of the server tells more',
  },
  auth_failed: {
    status: 500,
    zh: '服务器内部错误，详见服务器日志',
    en: 'Something failed here: the log of the server tells more',
  },
};

export const PASSWORD_FAULT_WORDS: Readonly<Record<PasswordFault, Words>> = {
  too_short: { zh: '至少 12 个字符', en: 'at least 12 characters' },
  too_long: { zh: '至多 128 个字符', en: 'at most 128 characters' },
  too_common: { zh: '太容易被猜到', en: 'too easy to guess' },
  unchanged: { zh: '与当前密码相同', en: 'the same as the current one' },
};

export const SUCCESSES = {
  login: { zh: '登录成功', en: 'Signed in' },
  checkAuth: { zh: '已认证', en: 'Signed in' },
  logout: { zh: '登出成功', en: 'Signed out' },
  changePassword: { zh: '密码已修改', en: 'Password changed' },
  keepAlive: { zh: '会话已延长', en: 'Session extended' },
  tokenRevoked: { zh: '令牌已吊销', en: 'Token revoked' },
  newIdentityOrdered: {
    zh: '下一个被拒绝的副本将获得新身份（10 分钟内有效）',
    en: 'The next one that is refused gets an id of its own (within 10 minutes)',
  },
  keyRevoked: { zh: '客户端密钥已吊销', en: 'The key of the client is revoked' },
  forgetClient: { zh: '客户端已删除', en: 'Client deleted' },
  sendCommand: { zh: '命令已发送到客户端', en: 'Command sent to the client' },
  queueCommand: {
    zh: '客户端离线，命令将在其上线后执行',
    en: 'The client is offline: the command waits for it',
  },
  cancelled: { zh: '命令已取消', en: 'Command cancelled' },
  cancelRequested: { zh: '已要求客户端终止命令', en: 'The client was told to end the command' },
  batchCreated: { zh: '批量命令已开始', en: 'The batch has begun' },
  rolloutCreated: { zh: '分批发布已开始', en: 'The rollout has begun' },
  rolloutOrdered: {
    pause: { zh: '分批发布已暂停', en: 'The rollout is paused' },
    resume: { zh: '分批发布已继续', en: 'The rollout goes on' },
    stop: { zh: '分批发布正在停止', en: 'The rollout is being stopped' },
    rollback: { zh: '分批发布正在回滚', en: 'The rollout is being rolled back' },
  },
  upgradeCreated: { zh: '客户端升级已开始', en: 'The upgrade has begun' },
  upgradeOrdered: {
    pause: { zh: '客户端升级已暂停', en: 'The upgrade is paused' },
    resume: { zh: '客户端升级已继续', en: 'The upgrade goes on' },
    stop: { zh: '客户端升级正在停止', en: 'The upgrade is being stopped' },
  },
  batchStopped: { zh: '批量命令已停止', en: 'The batch was stopped' },
} as const satisfies Readonly<Record<string, Words | Readonly<Partial<Record<RolloutOrder, Words>>>>>;

/** Chinese, unless Accept-Language gives English more weight. @param header `en-US,en;q=0.9,zh;q=0.8` */
export function preferredLanguage(header: string | undefined): Language {
  let zh = 0;
  let en = 0;
  for (const part of (header ?? '').slice(0, 256).split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2)) || 0;
    if (/^zh(?:-|$)/.test(tag)) zh = Math.max(zh, weight);
    if (/^en(?:-|$)/.test(tag)) en = Math.max(en, weight);
  }
  return en > zh ? 'en' : 'zh';
}
