/**
 * The settings of ops-server: key, variable, bounds, default and meaning as one table, and what must hold between
 * them. Help, config.example.toml and docs/configuration.md are made of it.
 */
import type { CustomCommand } from '@ops/policy/custom-command.ts';
import { COMMANDS_TABLE, readCustomCommands } from '@ops/policy/custom-command-reader.ts';
import { weakSecret } from '@ops/protocol/wire/secret.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';
import { LOG_LEVELS } from '@ops/runtime/log.ts';
import { requireAtMost, requireFile, requireTogether, weakSecrets } from '@ops/runtime/settings-checks.ts';
import { keyFault } from '@ops/runtime/settings-error.ts';
import * as formats from '@ops/runtime/settings-formats.ts';
import { boolean, choice, integer, list, path } from '@ops/runtime/settings-kinds.ts';
import type { Program, SettingsTable, SettingsValues } from '@ops/runtime/settings-table.ts';
import { loadSettings } from '@ops/runtime/settings.ts';
import type { Asked, LoadedSettings, Surroundings } from '@ops/runtime/settings.ts';

import { CLIENT_VARIABLES } from './client-variables.ts';

export const SERVER_SETTINGS = {
  tcp_bind_addr: {
    kind: formats.host(),
    variable: 'OPS_TCP_BIND_ADDR',
    default: '127.0.0.1',
    meaning: {
      en: 'Address clients connect to: 127.0.0.1 accepts this machine only, 0.0.0.0 (or ::) other hosts too.',
      zh: '客户端连接的监听地址：127.0.0.1 只接受本机，0.0.0.0（或 ::）也接受其他主机。',
    },
  },
  http_bind_addr: {
    kind: formats.host(),
    variable: 'OPS_HTTP_BIND_ADDR',
    default: '127.0.0.1',
    meaning: {
      en: 'Address of the console and the API: 127.0.0.1 accepts this machine only, 0.0.0.0 (or ::) others too.',
      zh: '控制台和 API 的监听地址：127.0.0.1 只接受本机，0.0.0.0（或 ::）也接受其他机器。',
    },
  },
  tcp_port: {
    kind: formats.port(0),
    variable: 'OPS_TCP_PORT',
    default: 12_345,
    meaning: {
      en: 'Port clients connect to; 0 takes any free port and prints it.',
      zh: '客户端连接的端口；0 表示任选空闲端口并在启动时显示。',
    },
  },
  http_port: {
    kind: formats.port(0),
    variable: 'OPS_HTTP_PORT',
    default: 3000,
    meaning: {
      en: 'Port of the console and the API; 0 takes any free port and prints it.',
      zh: '控制台和 API 的端口；0 表示任选空闲端口并在启动时显示。',
    },
  },
  cleanup_interval_secs: {
    kind: integer({ min: 1, max: 3600 }),
    variable: 'OPS_CLEANUP_INTERVAL',
    default: 60,
    meaning: {
      en: 'Seconds between two searches for what has expired.',
      zh: '两次清理过期内容之间的秒数。',
    },
  },
  client_timeout_secs: {
    kind: integer({ min: 5, max: 86_400 }),
    variable: 'OPS_CLIENT_TIMEOUT',
    default: 300,
    meaning: {
      en: 'A client that is silent for this many seconds is disconnected and counts as offline.',
      zh: '客户端静默达到该秒数即断开连接，视为离线。',
    },
  },
  max_connections: {
    kind: integer({ min: 1, max: 100_000 }),
    variable: 'OPS_MAX_CONNECTIONS',
    default: 1000,
    meaning: {
      en: 'Clients connected at once; one more is told why and closed. Needs as many open files (ulimit -n).',
      zh: '同时连接的客户端数；超出者会被告知原因并断开。打开文件数上限（ulimit -n）须大于此值。',
    },
  },
  auth_token: {
    kind: formats.bearerToken(),
    variable: 'OPS_AUTH_TOKEN',
    fileVariable: 'OPS_AUTH_TOKEN_FILE',
    secret: true,
    example: 'change-me',
    meaning: {
      en: 'Token with which scripts use the API (Authorization: Bearer …); it acts as operator.',
      zh: '脚本调用 API 的令牌（Authorization: Bearer …），权限为操作员。',
    },
  },
  tcp_auth_enabled: {
    kind: boolean(),
    variable: 'OPS_TCP_AUTH_ENABLED',
    defaultMeans: {
      en: 'off when tcp_bind_addr is a loopback address, on otherwise',
      zh: 'tcp_bind_addr 为回环地址时关闭，否则开启',
    },
    example: true,
    meaning: {
      en: 'Whether clients and server must prove that they know tcp_auth_secret.',
      zh: '客户端与服务端是否必须互相证明知道 tcp_auth_secret。',
    },
  },
  tcp_auth_secret: {
    kind: formats.secret(),
    variable: 'OPS_TCP_AUTH_SECRET',
    fileVariable: 'OPS_TCP_AUTH_SECRET_FILE',
    secret: true,
    defaultMeans: {
      en: 'made at the first start that needs one, in DATA_DIR/tcp-auth-secret',
      zh: '首次需要时生成，保存在 DATA_DIR/tcp-auth-secret',
    },
    example: 'change-me',
    meaning: {
      en: 'Secret that the server shares with its clients.',
      zh: '服务端与客户端共享的密钥。',
    },
  },
  tcp_auth_secret_previous: {
    kind: formats.secret(),
    variable: 'OPS_TCP_AUTH_SECRET_PREVIOUS',
    fileVariable: 'OPS_TCP_AUTH_SECRET_PREVIOUS_FILE',
    secret: true,
    example: 'the-one-before',
    meaning: {
      en: 'The secret before the current one, accepted as well while clients are being changed.',
      zh: '上一个密钥，轮换期间同样接受。',
    },
  },
  admin_password: {
    kind: formats.secret({ min: 12, max: 128 }),
    variable: 'OPS_ADMIN_PASSWORD',
    fileVariable: 'OPS_ADMIN_PASSWORD_FILE',
    secret: true,
    defaultMeans: {
      en: 'admin123, which from another machine only lets its user change it',
      zh: 'admin123；从其他机器登录时只能用来修改密码',
    },
    example: 'change-me',
    meaning: {
      en: 'Password of user admin when the first start creates that user; without effect later.',
      zh: '首次启动创建 admin 用户时使用的密码；之后不再起作用。',
    },
  },
  session_idle_secs: {
    kind: integer({ min: 10, max: 604_800 }),
    variable: 'OPS_SESSION_IDLE',
    default: 3600,
    meaning: {
      en: 'A session ends this many seconds after the last activity of its user.',
      zh: '用户最后一次操作后，会话保持的秒数。',
    },
  },
  session_max_secs: {
    kind: integer({ min: 10, max: 2_592_000 }),
    variable: 'OPS_SESSION_MAX',
    default: 43_200,
    meaning: {
      en: 'A session ends this many seconds after the sign-in, whatever happens.',
      zh: '登录后会话的最长秒数，无论是否有操作。',
    },
  },
  allowed_hosts: {
    kind: list(formats.hostHeader(), { separator: ',', max: 64 }),
    variable: 'OPS_ALLOWED_HOSTS',
    default: [],
    defaultMeans: { en: 'any', zh: '任意' },
    meaning: {
      en: 'Names by which the console may be called (Host header); any other is refused with 421.',
      zh: '允许用来访问控制台的主机名（Host 头）；其他一律以 421 拒绝。',
    },
  },
  allowed_origins: {
    kind: list(formats.webOrigin(), { separator: ',', max: 64 }),
    variable: 'OPS_ALLOWED_ORIGINS',
    default: [],
    defaultMeans: { en: 'its own only', zh: '仅自身' },
    meaning: {
      en: 'Web origins, beside its own, from which the API may be called by a browser.',
      zh: '除自身以外，允许浏览器调用 API 的来源。',
    },
  },
  cookie_secure: {
    kind: choice(['auto', 'always', 'never']),
    variable: 'OPS_COOKIE_SECURE',
    default: 'auto',
    meaning: {
      en: 'Whether the session cookie is marked Secure; auto: whenever the request came over HTTPS.',
      zh: '会话 Cookie 是否标记 Secure；auto 表示请求经 HTTPS 到达时标记。',
    },
  },
  trust_proxy: {
    kind: list(formats.addressRange(), { separator: ',', max: 64 }),
    variable: 'OPS_TRUST_PROXY',
    default: [],
    defaultMeans: { en: 'none', zh: '无' },
    meaning: {
      en: 'Addresses of proxies whose X-Forwarded-For, X-Real-IP and X-Forwarded-Proto are believed.',
      zh: '其 X-Forwarded-For、X-Real-IP、X-Forwarded-Proto 可信的代理地址。',
    },
  },
  tls_cert: {
    kind: path(),
    variable: 'OPS_TLS_CERT',
    example: '/etc/ops/https.crt',
    meaning: {
      en: 'Certificate with its chain (PEM) for HTTPS on the HTTP port; needs tls_key.',
      zh: 'HTTP 端口使用 HTTPS 的证书及证书链（PEM）；须同时设置 tls_key。',
    },
  },
  tls_key: {
    kind: path(),
    variable: 'OPS_TLS_KEY',
    example: '/etc/ops/https.key',
    meaning: {
      en: 'Private key (PEM, mode 0600) of tls_cert.',
      zh: 'tls_cert 的私钥（PEM，权限 0600）。',
    },
  },
  tcp_tls_cert: {
    kind: path(),
    variable: 'OPS_TCP_TLS_CERT',
    example: '/etc/ops/tcp.crt',
    meaning: {
      en: 'Certificate with its chain (PEM) for TLS on the TCP port; needs tcp_tls_key.',
      zh: 'TCP 端口使用 TLS 的证书及证书链（PEM）；须同时设置 tcp_tls_key。',
    },
  },
  tcp_tls_key: {
    kind: path(),
    variable: 'OPS_TCP_TLS_KEY',
    example: '/etc/ops/tcp.key',
    meaning: {
      en: 'Private key (PEM, mode 0600) of tcp_tls_cert.',
      zh: 'tcp_tls_cert 的私钥（PEM，权限 0600）。',
    },
  },
  data_dir: {
    kind: path(),
    variable: 'OPS_DATA_DIR',
    default: './data',
    meaning: {
      en: 'Directory of the databases and the secrets the server makes; mode 0700, used by one server only.',
      zh: '数据库和服务端生成的密钥所在目录；权限 0700，只供一个服务端使用。',
    },
  },
  client_files_dir: {
    kind: path(),
    variable: 'OPS_CLIENT_FILES_DIR',
    defaultMeans: { en: 'dist beside the program', zh: '程序所在目录的 dist' },
    example: '/usr/share/ops/client',
    meaning: {
      en: 'Directory with SHA256SUMS and the archives of ops-client that new hosts download from this server.',
      zh: '新主机从本服务端下载的 ops-client 压缩包及 SHA256SUMS 所在目录。',
    },
  },
  log_dir: {
    kind: path(),
    variable: 'OPS_LOG_DIR',
    default: './logs',
    meaning: {
      en: 'Directory of ops-server.log.YYYY-MM-DD and web.log.YYYY-MM-DD.',
      zh: 'ops-server.log.YYYY-MM-DD 和 web.log.YYYY-MM-DD 所在目录。',
    },
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
  command_retention_days: {
    kind: integer({ min: 1, max: 3650 }),
    variable: 'OPS_COMMAND_RETENTION_DAYS',
    default: 90,
    meaning: {
      en: 'Days after which a finished command is deleted with its output.',
      zh: '已结束的命令及其输出保留的天数。',
    },
  },
  allowed_script_dirs: {
    kind: list(formats.plainDirectory(), { separator: ':', max: 64 }),
    variable: 'OPS_ALLOWED_SCRIPT_DIRS',
    default: [],
    meaning: {
      en: 'Directories on hosts beneath which scripts may be run; the client has a list of its own, and both must allow.',
      zh: '允许执行脚本的主机目录；客户端另有自己的列表，两者都允许才可执行。',
    },
  },
  allowed_script_extensions: {
    kind: list(choice(['sh', 'py', 'pl', 'rb']), { separator: ':', max: 16 }),
    variable: 'OPS_ALLOWED_SCRIPT_EXTENSIONS',
    default: ['sh', 'py', 'pl', 'rb'],
    meaning: {
      en: 'Extensions of scripts that may be run; the client has a list of its own.',
      zh: '允许执行的脚本扩展名；客户端另有自己的列表。',
    },
  },
} as const satisfies SettingsTable;

export type ServerConfig = SettingsValues<typeof SERVER_SETTINGS> & {
  /** `[[commands]]` of the file. */
  readonly commands: readonly CustomCommand[];
};
type Scalars = LoadedSettings<SettingsValues<typeof SERVER_SETTINGS>>;
export interface LoadedServerConfig extends Omit<Scalars, 'values'> {
  readonly values: ServerConfig;
}

export const SERVER_PROGRAM: Program = {
  name: 'ops-server',
  section: 'server',
  otherSections: ['client'],
  otherVariables: CLIENT_VARIABLES,
  tables: [COMMANDS_TABLE],
  summary: {
    en: 'console, HTTP API and the TCP gateway that ops-client connects to',
    zh: '控制台、HTTP API，以及供 ops-client 连接的 TCP 网关',
  },
  commands: [
    { usage: 'audit verify', meaning: { en: 'check the audit trail', zh: '校验审计日志' } },
    {
      usage: 'backup --to FILE|DIR',
      meaning: { en: 'back up data and configuration, while it runs', zh: '备份数据和配置，无须停止服务' },
    },
    {
      usage: 'restore --from FILE',
      meaning: { en: 'restore a backup into an empty data directory', zh: '把备份恢复到空的数据目录' },
    },
    {
      usage: 'health',
      meaning: { en: 'ask the running server how it is', zh: '查询运行中的服务端是否正常' },
    },
    {
      usage: 'doctor [--url URL] [--json]',
      meaning: { en: 'look for what is wrong and say what mends it', zh: '查找问题并给出修复命令' },
    },
  ],
};

/** @throws SettingsError with one line about the first fault */
export async function loadServerConfig(surroundings: Surroundings): Promise<Asked | LoadedServerConfig> {
  const loaded = await loadSettings(SERVER_SETTINGS, SERVER_PROGRAM, surroundings);
  if (loaded.kind !== 'settings') return loaded;
  await check(loaded);
  const values = { ...loaded.values, commands: readCustomCommands(loaded.entries(COMMANDS_TABLE.name)) };
  return { ...loaded, values, warnings: [...loaded.warnings, ...cautions(loaded)] };
}

async function check(loaded: Scalars): Promise<void> {
  const { values, origins } = loaded;
  for (const [certificate, key] of [
    ['tls_cert', 'tls_key'],
    ['tcp_tls_cert', 'tcp_tls_key'],
  ] as const) {
    requireTogether(loaded, certificate, key);
    requireTogether(loaded, key, certificate);
    await requireFile(loaded, certificate, 'public');
    await requireFile(loaded, key, 'private');
  }
  requireAtMost(loaded, 'session_idle_secs', 'session_max_secs');
  if (values.httpPort !== 0 && values.httpPort === values.tcpPort) {
    const [key, origin] =
      origins.httpPort.from === 'default'
        ? (['tcp_port', origins.tcpPort] as const)
        : (['http_port', origins.httpPort] as const);
    throw keyFault(key, origin, `http_port and tcp_port are both ${values.httpPort}; each needs its own`);
  }
}

function cautions(loaded: Scalars): string[] {
  const { values } = loaded;
  const lines = weakSecrets(
    loaded,
    ['tcp_auth_secret', 'tcp_auth_secret_previous', 'auth_token'],
    weakSecret,
  );
  if (values.tcpAuthEnabled === false && !isLoopback(values.tcpBindAddr)) {
    lines.push(
      `tcp_auth_enabled is false on ${values.tcpBindAddr}: anybody who reaches the TCP port can pose as a client`,
    );
  }
  if (values.tcpAuthSecret !== undefined && values.tcpAuthSecret === values.tcpAuthSecretPrevious) {
    lines.push('tcp_auth_secret_previous equals tcp_auth_secret and has no effect');
  }
  return lines;
}
