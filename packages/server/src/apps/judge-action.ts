/** Why an action on an application would be refused by its host. The host decides again before it runs anything. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { readonlyHost } from '@ops/policy/refusal.ts';
import type { Refusal } from '@ops/policy/verdict.ts';

import type { Work } from '../commands/commands.ts';

export type AppWork = Exclude<Work, { readonly kind: 'command' }>;

/** Longest sentence of an answer. */
const MAX_REASON = 512;

export function actionRefusal(
  work: AppWork,
  client: Pick<ClientApps, 'readonly'>,
  app: AppInfo,
): Refusal | undefined {
  if (client.readonly) return readonlyHost(app.name);
  if (app.notes?.includes('unsafe')) return unsafe(app);
  // To look needs no script, and changes nothing.
  if (work.kind === 'service' && work.action === 'Status') return undefined;
  if (!app.has_script) return withoutScript(app);
  return app.actions === false ? unsafe(app) : undefined;
}

function notAllowed(token: string, zh: string, en: string): Refusal {
  const detail = { token, zh: zh.slice(0, MAX_REASON), en: en.slice(0, MAX_REASON) };
  return { ok: false, reason: 'NOT_ALLOWED', detail };
}

function unsafe({ name, status_reason: why }: AppInfo): Refusal {
  return notAllowed(
    name,
    `主机不允许操作应用 "${name}"（规则 NOT_ALLOWED）：${why ?? '其目录或脚本可被他人修改'}`,
    `the host does not let anybody act on the app "${name}" (rule NOT_ALLOWED): ${why ?? 'others may change its directory or its script'}`,
  );
}

function withoutScript({ name }: AppInfo): Refusal {
  return notAllowed(
    name,
    `应用 "${name}" 没有管理脚本（规则 NOT_ALLOWED）：请在其目录中放置可执行的 ${name}.sh`,
    `the app "${name}" has no script to manage it (rule NOT_ALLOWED): put an executable ${name}.sh into its directory`,
  );
}
