/** The commands people choose from, by the categories of the manual, and those of the configuration. */
import type { CustomCommand } from './custom-command.ts';
import type { Policy } from './policy.ts';
import type { Sentence } from './sentence.ts';

export interface PredefinedCommand {
  readonly command: string;
  readonly label: Sentence;
  readonly description: Sentence;
}

export interface PredefinedCategory {
  readonly id: string;
  readonly label: Sentence;
  readonly commands: readonly PredefinedCommand[];
}

const entry = (command: string, zh: string, en: string, more: Sentence): PredefinedCommand => ({
  command,
  label: { zh, en },
  description: more,
});

export const PREDEFINED: readonly PredefinedCategory[] = [
  {
    id: 'system',
    label: { zh: '系统信息', en: 'System' },
    commands: [
      entry('ps aux', '进程列表', 'Processes', {
        zh: '全部进程及其 CPU、内存占用',
        en: 'Every process with its CPU and memory',
      }),
      entry('whoami', '当前用户', 'User', { zh: '客户端以哪个用户运行', en: 'The user the client runs as' }),
      entry('date', '系统时间', 'Time', { zh: '主机的日期和时间', en: 'Date and time of the host' }),
      entry('uptime', '运行时间', 'Uptime', {
        zh: '已运行多久，以及平均负载',
        en: 'How long the host is up, and its load',
      }),
    ],
  },
  {
    id: 'resources',
    label: { zh: '资源监控', en: 'Resources' },
    commands: [
      entry('free -h', '内存', 'Memory', {
        zh: '内存和交换空间的使用情况',
        en: 'Memory and swap, used and free',
      }),
      entry('df -h', '磁盘', 'Disks', { zh: '各文件系统的空间', en: 'Space of every file system' }),
      entry('top -n 1', '资源概览', 'Overview', {
        zh: '负载、内存和最忙的进程，一次快照',
        en: 'Load, memory and the busiest processes at one moment',
      }),
    ],
  },
  {
    id: 'network',
    label: { zh: '网络信息', en: 'Network' },
    commands: [
      entry('netstat -tlnp', '监听端口', 'Listening ports', {
        zh: '监听的 TCP 端口及其进程',
        en: 'TCP ports that are listened on, with their processes',
      }),
    ],
  },
  {
    id: 'files',
    label: { zh: '文件系统', en: 'Files' },
    commands: [
      entry('ls -la', '根目录', 'Root directory', {
        zh: '根目录（命令在 / 下执行）的全部文件',
        en: 'Everything in /, where commands run',
      }),
    ],
  },
  {
    id: 'services',
    label: { zh: '服务管理', en: 'Services' },
    commands: [
      entry('systemctl status', '系统服务', 'Services', {
        zh: 'systemd 的状态和各服务的进程',
        en: 'State of systemd and the processes of its services',
      }),
    ],
  },
];

/** Category of commands from the configuration that name none. */
const OTHER: Sentence = { zh: '自定义命令', en: 'Custom commands' };

/** Something typed, which is the same in both languages. */
const typed = (text: string): Sentence => ({ zh: text, en: text });

/**
 * What is offered: the predefined commands this policy allows, and those of the configuration that run without an
 * argument somebody has to type. A `category` that is the id or label of one of the manual's joins it.
 */
export function predefinedFor(
  policy: Policy,
  custom: readonly CustomCommand[],
): readonly PredefinedCategory[] {
  const categories = new Map<string, { label: Sentence; commands: PredefinedCommand[] }>();
  for (const { id, label, commands } of PREDEFINED) {
    const allowed = commands.filter(({ command }) => policy.judge(command).ok);
    categories.set(id, { label, commands: [...allowed] });
  }
  for (const one of custom) {
    const command = plainForm(one);
    if (command === undefined || !policy.judge(command).ok) continue;
    const asked = one.category ?? '';
    const known = PREDEFINED.find(({ id, label }) => [id, label.zh, label.en].includes(asked));
    const id = known?.id ?? (asked === '' ? 'custom' : `custom:${asked}`);
    const category = categories.get(id) ?? { label: asked === '' ? OTHER : typed(asked), commands: [] };
    categories.set(id, category);
    category.commands.push({ command, label: typed(one.label ?? command), description: typed(command) });
  }
  return [...categories]
    .map(([id, { label, commands }]) => ({ id: id.slice(0, 64), label, commands }))
    .filter(({ commands }) => commands.length > 0);
}

/** The command with what it cannot do without; undefined when somebody has to type a part of it. */
function plainForm({ name, args }: CustomCommand): string | undefined {
  const words = [name];
  for (const rule of args) {
    if (rule.optional) continue;
    if (!('literal' in rule)) return undefined;
    words.push(rule.literal);
  }
  return words.join(' ');
}
