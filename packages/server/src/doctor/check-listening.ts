/** Does it run, and can it be reached? */
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { isLoopback, parseIp } from '@ops/runtime/ip-address.ts';
import { shellWord } from '@ops/runtime/private-file.ts';

import { isRunning, serverIdOf } from './facts.ts';
import type { PortFacts, ServerFacts } from './facts.ts';

const EVERYWHERE = ['0.0.0.0', '::'];

function judgeRunning(facts: ServerFacts): Finding {
  const { http, process, commands, version, config } = facts;
  const health = http.kind === 'ours' ? http.health : undefined;
  if (!isRunning(facts)) return warning('ops-server does not run', 'ops-server 没有运行', commands.start);
  if (health && health.failedParts.length > 0) {
    const parts = health.failedParts.join(', ');
    return fault(
      `the server runs, but these parts fail: ${parts}`,
      `服务端在运行，但这些部分有故障：${parts}`,
      `tail -n 20 ${shellWord(config.logDir)}/ops-server.log.$(date +%F)`,
    );
  }
  if (health && health.version !== version)
    return warning(
      `the server that runs is ${health.version}, this program is ${version}`,
      `正在运行的服务端是 ${health.version}，本程序是 ${version}`,
      commands.restart,
    );
  const pid = process ? ` (pid ${process.pid})` : '';
  return ok(`it runs${pid}, version ${version}`, `正在运行${pid}，版本 ${version}`);
}

interface Port {
  readonly key: 'tcp_port' | 'http_port';
  readonly address: string;
  readonly port: number;
  readonly facts: PortFacts;
}

/** 1 to 3 digits do not clash with what is usual; the last port has no next one. */
const another = (port: number): number => (port < 65_535 ? port + 1 : port - 1);

function judgePort({ key, address, port, facts }: Port, all: ServerFacts): Finding {
  const { change, unprivilegedPortStart, isRoot, commands } = all;
  const move = change(key, String(another(port)), String(another(port)));
  const who = `sudo ss -tlnp 'sport = :${port}'`;
  const own = serverIdOf(all);
  switch (facts.kind) {
    case 'any':
      return ok('any free port, told at the start', '任选空闲端口，启动时显示');
    case 'ours':
      if (facts.serverId !== undefined && own !== undefined && facts.serverId !== own)
        return fault(
          `port ${port} is in use by another ops-server, with another data directory (${who} tells which)`,
          `端口 ${port} 被另一个 ops-server 占用，其数据目录不同（用 ${who} 查看）`,
          move,
        );
      if (!isRunning(all))
        return fault(
          `port ${port} is in use by another ops-server (${who} tells which)`,
          `端口 ${port} 被另一个 ops-server 占用（用 ${who} 查看）`,
          move,
        );
      return ok(`listens on ${address} port ${port}`, `正在监听 ${address} 端口 ${port}`);
    case 'open':
      return ok(`${address} port ${port} is open, behind TLS`, `${address} 端口 ${port} 已打开（TLS）`);
    case 'other':
      return fault(
        `port ${port} is in use by another program (${who} tells which)`,
        `端口 ${port} 被其他程序占用（用 ${who} 查看）`,
        move,
      );
    case 'closed':
      break;
  }
  if (isRunning(all))
    return fault(
      `the server runs, but does not listen on ${address} port ${port} (${facts.code}): it was started with other settings`,
      `服务端在运行，但没有监听 ${address} 端口 ${port}（${facts.code}）：启动时用的是另外的配置`,
      commands.restart,
    );
  if (port < unprivilegedPortStart && !isRoot)
    return fault(
      `port ${port} is below ${unprivilegedPortStart}: only root may listen there`,
      `端口 ${port} 小于 ${unprivilegedPortStart}，只有 root 可以监听`,
      change(key, String(port + 8000), String(port + 8000)),
    );
  return ok(`port ${port} is free`, `端口 ${port} 空闲`);
}

function judgeAddresses(facts: ServerFacts): Finding[] {
  const { config, addresses, change } = facts;
  const bound = [
    ['tcp_bind_addr', config.tcpBindAddr],
    ['http_bind_addr', config.httpBindAddr],
  ] as const;
  const foreign = bound
    .filter(([, address]) => parseIp(address) && !EVERYWHERE.includes(address))
    .filter(([, address]) => !isLoopback(address) && !addresses.includes(address))
    .map(([key, address]) =>
      fault(
        `${key} ${address} is no address of this machine`,
        `${key} ${address} 不是本机的地址`,
        change(key, '"0.0.0.0"', '0.0.0.0'),
      ),
    );
  if (foreign.length > 0) return foreign;
  const found: Finding[] = [
    isLoopback(config.tcpBindAddr)
      ? ok(
          `clients of this machine only (tcp_bind_addr ${config.tcpBindAddr}; 0.0.0.0 accepts other hosts)`,
          `只接受本机的客户端（tcp_bind_addr ${config.tcpBindAddr}；0.0.0.0 接受其他主机）`,
        )
      : ok(`clients may come to ${config.tcpBindAddr}`, `客户端可连接 ${config.tcpBindAddr}`),
  ];
  if (!isLoopback(config.httpBindAddr) && config.tlsCert === undefined && config.trustProxy.length === 0)
    found.push(
      warning(
        `the console on ${config.httpBindAddr} is not encrypted: passwords can be read on the way`,
        `${config.httpBindAddr} 上的控制台没有加密，途中可以读到密码`,
        change('http_bind_addr', '"127.0.0.1"', '127.0.0.1'),
      ),
    );
  return found;
}

/** The HTTP side sits among 1,000 sockets of its own; the rest is for databases, logs and the program itself. */
const OTHER_FILES = 1_100;
const LEAST_OTHER_FILES = 64;

function judgeOpenFiles({ process, openFiles, config }: ServerFacts): Finding | undefined {
  const limit = process?.openFiles ?? openFiles;
  if (limit === undefined) return undefined;
  const needed = config.maxConnections + OTHER_FILES;
  const mend = process
    ? `sudo prlimit --pid ${process.pid} --nofile=${needed}:${needed}`
    : `ulimit -n ${needed}`;
  const told = [
    `${limit} files may be open; max_connections ${config.maxConnections} needs ${needed}`,
    `最多可打开 ${limit} 个文件；max_connections ${config.maxConnections} 需要 ${needed}`,
  ] as const;
  if (limit < config.maxConnections + LEAST_OTHER_FILES) return fault(...told, mend);
  if (limit < needed) return warning(...told, mend);
  return ok(...told);
}

export const LISTENING_CHECKS: readonly Check<ServerFacts>[] = [
  { id: 'running', run: judgeRunning },
  {
    id: 'tcp-port',
    run: (facts) =>
      judgePort(
        { key: 'tcp_port', address: facts.config.tcpBindAddr, port: facts.config.tcpPort, facts: facts.tcp },
        facts,
      ),
  },
  {
    id: 'http-port',
    run: (facts) =>
      judgePort(
        {
          key: 'http_port',
          address: facts.config.httpBindAddr,
          port: facts.config.httpPort,
          facts: facts.http,
        },
        facts,
      ),
  },
  { id: 'bind-address', run: judgeAddresses },
  { id: 'open-files', run: judgeOpenFiles },
];
