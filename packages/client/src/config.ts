/**
 * The settings of ops-client: key, variable, bounds, default and meaning as one table, and what must hold between
 * them. Help, client-config.example.toml and docs/configuration.md are made of it.
 */
import type { CustomCommand } from '@ops/policy/custom-command.ts';
import { COMMANDS_TABLE, readCustomCommands } from '@ops/policy/custom-command-reader.ts';
import { MAX_UPGRADE_KEYS, RELEASE_KEY_PATTERN } from '@ops/protocol/domain/client-release.ts';
import { LABEL_KEY_PATTERN, LABEL_VALUE_PATTERN, MAX_LABELS } from '@ops/protocol/domain/client.ts';
import { TOKEN_PATTERN } from '@ops/protocol/domain/enrolment.ts';
import { weakSecret } from '@ops/protocol/wire/secret.ts';
import { LOG_LEVELS } from '@ops/runtime/log.ts';
import { requireAtMost, requireFile, weakSecrets } from '@ops/runtime/settings-checks.ts';
import { keyFault } from '@ops/runtime/settings-error.ts';
import * as formats from '@ops/runtime/settings-formats.ts';
import { boolean, choice, integer, labels, line, list, number, path } from '@ops/runtime/settings-kinds.ts';
import type { Program, SettingsTable, SettingsValues } from '@ops/runtime/settings-table.ts';
import { loadSettings } from '@ops/runtime/settings.ts';
import type { Asked, LoadedSettings, Surroundings } from '@ops/runtime/settings.ts';

export const CLIENT_SETTINGS = {
  server_host: {
    kind: formats.host(),
    variable: 'OPS_SERVER_HOST',
    aliases: ['--host'],
    default: '127.0.0.1',
    meaning: { en: 'Host of the server.', zh: '服务端的主机。' },
  },
  server_port: {
    kind: formats.port(1),
    variable: 'OPS_SERVER_PORT',
    aliases: ['--port'],
    default: 12_345,
    meaning: { en: 'TCP port of the server.', zh: '服务端的 TCP 端口。' },
  },
  heartbeat_interval_secs: {
    kind: number({ min: 0.05, max: 3600 }),
    variable: 'OPS_HEARTBEAT_INTERVAL',
    explicitMatters: true,
    default: 3,
    defaultMeans: {
      en: 'the interval the server asks for',
      zh: '由服务端指定',
    },
    meaning: {
      en: 'Seconds between two heartbeats, each with the readings of that moment.',
      zh: '两次心跳之间的秒数，每次心跳附带当时的指标。',
    },
  },
  retry_max_attempts: {
    kind: integer({ min: 0, max: 1_000_000 }),
    variable: 'OPS_RETRY_MAX_ATTEMPTS',
    explicitMatters: true,
    default: 10,
    defaultMeans: {
      en: '10 tries with growing delays, then for ever at the longest delay',
      zh: '前 10 次延迟逐渐增长，此后以最长延迟一直重试',
    },
    meaning: {
      en: 'Failures in a row after which the client gives up and exits with status 1; 0: never.',
      zh: '连续失败多少次后客户端放弃并以状态 1 退出；0 表示永不放弃。',
    },
  },
  retry_base_delay_secs: {
    kind: number({ min: 0.05, max: 3600 }),
    variable: 'OPS_RETRY_BASE_DELAY',
    default: 2,
    meaning: {
      en: 'Longest wait before the first retry; it doubles with each failure. The wait is a random part of it.',
      zh: '第一次重试前的最长等待秒数，每次失败后加倍；实际等待为其中的随机值。',
    },
  },
  retry_max_delay_secs: {
    kind: number({ min: 0.05, max: 86_400 }),
    variable: 'OPS_RETRY_MAX_DELAY',
    default: 60,
    meaning: { en: 'Longest wait before any retry, in seconds.', zh: '任何一次重试前的最长等待秒数。' },
  },
  client_id_file: {
    kind: path(),
    variable: 'OPS_CLIENT_ID_FILE',
    default: '/tmp/client_id.txt',
    meaning: {
      en: 'File with the identity of this client, made once with mode 0600; put it where a reboot does not empty it.',
      zh: '保存本客户端身份的文件，首次生成，权限 0600；请放在重启不会清空的位置。',
    },
  },
  apps_base_dir: {
    kind: path(),
    variable: 'OPS_APPS_BASE_DIR',
    default: '/tmp/apps',
    meaning: {
      en: 'Directory with one subdirectory for each application.',
      zh: '应用目录，每个应用一个子目录。',
    },
  },
  command_log_file: {
    kind: path(),
    variable: 'OPS_COMMAND_LOG_FILE',
    default: '/tmp/client_commands.log',
    meaning: { en: 'Log of the commands this host was asked to run.', zh: '本机收到的命令的日志。' },
  },
  auth_token: {
    kind: formats.bearerToken(),
    variable: 'OPS_AUTH_TOKEN',
    fileVariable: 'OPS_AUTH_TOKEN_FILE',
    secret: true,
    example: 'change-me',
    meaning: {
      en: 'Token for what the client fetches over HTTP.',
      zh: '客户端通过 HTTP 获取内容时使用的令牌。',
    },
  },
  tcp_auth_enabled: {
    kind: boolean(),
    variable: 'OPS_TCP_AUTH_ENABLED',
    defaultMeans: {
      en: 'true when there is a tcp_auth_secret, an enrol_token or a key of its own',
      zh: '有 tcp_auth_secret、enrol_token 或自己的密钥时为 true',
    },
    example: true,
    meaning: {
      en: 'Whether client and server must prove to each other that they know the same secret.',
      zh: '客户端与服务端是否必须互相证明知道同一密钥。',
    },
  },
  tcp_auth_secret: {
    kind: formats.secret(),
    variable: 'OPS_TCP_AUTH_SECRET',
    fileVariable: 'OPS_TCP_AUTH_SECRET_FILE',
    secret: true,
    example: 'change-me',
    meaning: { en: 'The secret of the server.', zh: '服务端的密钥。' },
  },
  tcp_auth_secret_previous: {
    kind: formats.secret(),
    variable: 'OPS_TCP_AUTH_SECRET_PREVIOUS',
    fileVariable: 'OPS_TCP_AUTH_SECRET_PREVIOUS_FILE',
    secret: true,
    example: 'the-one-before',
    meaning: {
      en: 'A second secret, tried when the server refuses the first: for rotation.',
      zh: '第二个密钥，服务端拒绝第一个时尝试：用于轮换。',
    },
  },
  enrol_token: {
    kind: line({
      max: 128,
      pattern: TOKEN_PATTERN,
      placeholder: 'TOKEN',
      accepts: { en: 'an enrolment token: ops1.…', zh: '接入令牌：ops1.…' },
    }),
    variable: 'OPS_ENROL_TOKEN',
    fileVariable: 'OPS_ENROL_TOKEN_FILE',
    secret: true,
    example: `ops1.${'0'.repeat(16)}.${'A'.repeat(43)}`,
    meaning: {
      en: 'Token made in the console, with which this host fetches a key of its own; without effect once it has one.',
      zh: '在控制台创建的接入令牌，本机用它领取自己的密钥；已有密钥后不再起作用。',
    },
  },
  accept_new_identity: {
    kind: boolean(),
    variable: 'OPS_ACCEPT_NEW_IDENTITY',
    default: true,
    meaning: {
      en: 'Whether this host takes another client id when the server asks because another one uses the same.',
      zh: '当另一台主机使用相同的客户端 ID 时，本机是否按服务端要求换用新的 ID。',
    },
  },
  tls: {
    kind: boolean(),
    variable: 'OPS_TLS',
    default: false,
    meaning: {
      en: 'Whether the link to the server is encrypted; its certificate is always checked.',
      zh: '与服务端的链路是否加密；总是校验服务端证书。',
    },
  },
  tls_ca: {
    kind: path(),
    variable: 'OPS_TLS_CA',
    defaultMeans: { en: 'the authorities known to Node', zh: 'Node 内置的证书颁发机构' },
    example: '/etc/ops/ca.crt',
    meaning: {
      en: "File (PEM) with the authority that signed the server's certificate; needs tls = true.",
      zh: '签发服务端证书的 CA 文件（PEM）；须 tls = true。',
    },
  },
  tls_fingerprint: {
    kind: formats.certificateFingerprint(),
    variable: 'OPS_TLS_FINGERPRINT',
    example: `sha256:${'00'.repeat(32)}`,
    meaning: {
      en: "Fingerprint the server's certificate must have, instead of an authority; needs tls = true.",
      zh: '服务端证书必须具有的指纹，用以代替 CA；须 tls = true。',
    },
  },
  data_dir: {
    kind: path(),
    variable: 'OPS_CLIENT_DATA_DIR',
    defaultMeans: {
      en: '/var/lib/ops-client when it can be written, else $XDG_STATE_HOME/ops-client',
      zh: '/var/lib/ops-client 可写时用它，否则 $XDG_STATE_HOME/ops-client',
    },
    example: '/var/lib/ops-client',
    meaning: {
      en: 'Directory of what must survive a restart: samples not yet sent, one directory for each client id.',
      zh: '重启后仍须保留的内容（未发送的样本等）所在目录，每个客户端 ID 一个子目录。',
    },
  },
  readonly: {
    kind: boolean(),
    variable: 'OPS_CLIENT_READONLY',
    default: false,
    meaning: {
      en: 'Only watch: this host refuses every command and every action on an application.',
      zh: '只监控：本机拒绝一切命令和应用操作。',
    },
  },
  log_dir: {
    kind: path(),
    variable: 'OPS_LOG_DIR',
    default: './logs',
    meaning: { en: 'Directory of ops-client.log.YYYY-MM-DD.', zh: 'ops-client.log.YYYY-MM-DD 所在目录。' },
  },
  log_level: {
    kind: choice(LOG_LEVELS),
    variable: 'OPS_LOG_LEVEL',
    default: 'info',
    meaning: { en: 'The least important events that are logged.', zh: '记录的最低日志级别。' },
  },
  log_retention_days: {
    kind: integer({ min: 1, max: 3650 }),
    variable: 'OPS_LOG_RETENTION_DAYS',
    default: 30,
    meaning: { en: 'Days after which a log file is deleted.', zh: '日志文件保留的天数。' },
  },
  labels: {
    kind: labels({ key: LABEL_KEY_PATTERN, value: LABEL_VALUE_PATTERN, max: MAX_LABELS }),
    variable: 'OPS_LABELS',
    default: {},
    meaning: {
      en: 'Labels by which this host is found and grouped.',
      zh: '用来查找和分组本机的标签。',
    },
  },
  allowed_script_dirs: {
    kind: list(formats.plainDirectory(), { separator: ':', max: 64 }),
    variable: 'OPS_ALLOWED_SCRIPT_DIRS',
    default: ['/opt/ops-scripts', '/usr/local/bin/scripts', '/home/ops/scripts'],
    meaning: {
      en: 'Directories beneath which this host runs scripts; the server has a list of its own, and both must allow.',
      zh: '本机允许执行脚本的目录；服务端另有自己的列表，两者都允许才可执行。',
    },
  },
  allowed_script_extensions: {
    kind: list(choice(['sh', 'py', 'pl', 'rb']), { separator: ':', max: 16 }),
    variable: 'OPS_ALLOWED_SCRIPT_EXTENSIONS',
    default: ['sh', 'py', 'pl', 'rb'],
    meaning: { en: 'Extensions of scripts this host runs.', zh: '本机允许执行的脚本扩展名。' },
  },
  allowed_commands: {
    kind: list(
      line({
        max: 64,
        pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
        placeholder: 'NAME',
        accepts: { en: 'the name of a command, without path and arguments', zh: '命令名，不带路径和参数' },
      }),
      { separator: ':', max: 256 },
    ),
    variable: 'OPS_ALLOWED_COMMANDS',
    defaultMeans: { en: 'every built-in command', zh: '全部内置命令' },
    example: ['uptime', 'df', 'free'],
    meaning: {
      en: 'Built-in commands this host runs; an empty list: none.',
      zh: '本机允许执行的内置命令；空列表表示一个也不允许。',
    },
  },
  upgrade_keys: {
    kind: list(
      line({
        max: 51,
        pattern: RELEASE_KEY_PATTERN,
        placeholder: 'KEY',
        accepts: {
          en: 'a public key as opsctl release key prints it: ed25519:…',
          zh: 'opsctl release key 输出的公钥：ed25519:…',
        },
      }),
      { separator: ',', max: MAX_UPGRADE_KEYS },
    ),
    variable: 'OPS_UPGRADE_KEYS',
    default: [],
    example: [`ed25519:${'A'.repeat(43)}`],
    meaning: {
      en: 'Keys whose releases of ops-client this host upgrades to when the server orders it; none: it is never upgraded.',
      zh: '本机信任的发布公钥：服务端下达升级时，只升级到由它们签名的 ops-client；为空则从不升级。',
    },
  },
} as const satisfies SettingsTable;

export type ClientConfig = SettingsValues<typeof CLIENT_SETTINGS> & {
  /** `[[commands]]` of the file. */
  readonly commands: readonly CustomCommand[];
};
type Scalars = LoadedSettings<SettingsValues<typeof CLIENT_SETTINGS>>;
export interface LoadedClientConfig extends Omit<Scalars, 'values'> {
  readonly values: ClientConfig;
}

/** Variables of ops-server, which often stand in the same environment. A test holds them equal to its table. */
const SERVER_VARIABLES = [
  'OPS_TCP_BIND_ADDR',
  'OPS_HTTP_BIND_ADDR',
  'OPS_TCP_PORT',
  'OPS_HTTP_PORT',
  'OPS_CLEANUP_INTERVAL',
  'OPS_CLIENT_TIMEOUT',
  'OPS_MAX_CONNECTIONS',
  'OPS_ADMIN_PASSWORD',
  'OPS_ADMIN_PASSWORD_FILE',
  'OPS_SESSION_IDLE',
  'OPS_SESSION_MAX',
  'OPS_ALLOWED_HOSTS',
  'OPS_ALLOWED_ORIGINS',
  'OPS_COOKIE_SECURE',
  'OPS_TRUST_PROXY',
  'OPS_TLS_CERT',
  'OPS_TLS_KEY',
  'OPS_TCP_TLS_CERT',
  'OPS_TCP_TLS_KEY',
  'OPS_DATA_DIR',
  'OPS_COMMAND_RETENTION_DAYS',
  'OPS_CLIENT_FILES_DIR',
];

export const CLIENT_PROGRAM: Program = {
  name: 'ops-client',
  section: 'client',
  otherSections: ['server'],
  otherVariables: SERVER_VARIABLES,
  tables: [COMMANDS_TABLE],
  summary: {
    en: 'runs on every host: reports its readings to ops-server',
    zh: '运行在每台主机上：向 ops-server 上报指标',
  },
  commands: [
    {
      usage: 'enrol',
      meaning: { en: 'fetch a key for this host with enrol_token', zh: '用 enrol_token 为本机领取密钥' },
    },
    {
      usage: 'new-identity',
      meaning: { en: 'give this host another client id', zh: '为本机换用新的客户端 ID' },
    },
    {
      usage: 'doctor [--url URL] [--json]',
      meaning: {
        en: 'look for what is wrong and say what mends it',
        zh: '查找问题并给出修复命令',
      },
    },
  ],
};

/** @throws SettingsError with one line about the first fault */
export async function loadClientConfig(surroundings: Surroundings): Promise<Asked | LoadedClientConfig> {
  const loaded = await loadSettings(CLIENT_SETTINGS, CLIENT_PROGRAM, surroundings);
  if (loaded.kind !== 'settings') return loaded;
  await check(loaded);
  const weak = weakSecrets(loaded, ['tcp_auth_secret', 'tcp_auth_secret_previous', 'auth_token'], weakSecret);
  const values = { ...loaded.values, commands: readCustomCommands(loaded.entries(COMMANDS_TABLE.name)) };
  return { ...loaded, values, warnings: [...loaded.warnings, ...weak] };
}

async function check(loaded: Scalars): Promise<void> {
  const { values, origins } = loaded;
  requireAtMost(loaded, 'retry_base_delay_secs', 'retry_max_delay_secs');
  // Somebody who names an authority or a fingerprint believes the link to be encrypted.
  if (!values.tls && values.tlsCa !== undefined) {
    throw keyFault('tls_ca', origins.tlsCa, 'it has no effect unless tls is true');
  }
  if (!values.tls && values.tlsFingerprint !== undefined) {
    throw keyFault('tls_fingerprint', origins.tlsFingerprint, 'it has no effect unless tls is true');
  }
  if (values.tlsCa !== undefined && values.tlsFingerprint !== undefined) {
    throw keyFault('tls_fingerprint', origins.tlsFingerprint, 'tls_ca is set as well; keep one of them');
  }
  await requireFile(loaded, 'tls_ca', 'public');
}
