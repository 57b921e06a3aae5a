/** Can the server be reached, and does it know this client? */
import { CLIENT_SKEW_SECS, PROTOCOL_VERSION } from '@ops/protocol/wire/limits.ts';
import { readHealth } from '@ops/runtime/doctor/ask.ts';
import { judgeCertificate } from '@ops/runtime/doctor/certificate.ts';
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';
import { shellWord } from '@ops/runtime/private-file.ts';

import type { ClientFacts } from './facts.ts';

/** A clock this far off still works, and will soon not. */
const SKEW_NOTICED_SECS = 5;

const portOpen = (host: string, port: number): string => `nc -vz -w 3 ${shellWord(host)} ${port}`;

/** A command for the machine of the server, which may be this one. */
function there({ serverHost }: ClientFacts['config'], command: string): string {
  return isLoopback(serverHost) ? command : `ssh ${shellWord(serverHost)} ${shellWord(command)}`;
}

/** By code of the system: what is so, and what to run where. */
function judgeUnreachable(code: string, message: string, { config }: ClientFacts): Finding {
  const { serverHost: host, serverPort: port } = config;
  const at = `${host}:${port}`;
  if (code === 'ECONNREFUSED')
    return fault(
      `nobody listens at ${at}: ops-server does not run there, has another tcp_port, or its tcp_bind_addr accepts its own machine only`,
      `${at} 没有程序在监听：那里没有运行 ops-server、tcp_port 不同，或 tcp_bind_addr 只接受本机`,
      there(config, 'ops-server doctor'),
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fault(
      `the name ${host} is not known here (${code})`,
      `本机无法解析 ${host}（${code}）`,
      `getent hosts ${shellWord(host)}`,
    );
  return fault(
    `${at} cannot be reached (${message}): a firewall or a wrong address`,
    `无法到达 ${at}（${message}）：防火墙或地址有误`,
    `${there(config, `sudo ufw allow ${port}/tcp`)}; ${portOpen(host, port)}`,
  );
}

function judgeServer(facts: ClientFacts): Finding {
  const { server, config, change } = facts;
  const { serverHost: host, serverPort: port } = config;
  const at = `${host}:${port}`;
  const { failure, goodbye } = server;
  if (failure?.kind === 'untrusted')
    return fault(
      `TLS with ${at} fails: ${failure.message}`,
      `与 ${at} 的 TLS 连接失败：${failure.message}`,
      facts.certificate
        ? change(
            'tls_fingerprint',
            JSON.stringify(facts.certificate.fingerprint),
            facts.certificate.fingerprint,
          )
        : change('tls', 'false', 'false'),
    );
  if (failure) return judgeUnreachable(failure.code, failure.message, facts);
  if (server.isStranger)
    return config.tls
      ? fault(
          `what listens at ${at} is no ops-server`,
          `${at} 上监听的不是 ops-server`,
          change('server_port', '12345', '12345'),
        )
      : fault(
          `what listens at ${at} is no ops-server, or it wants TLS`,
          `${at} 上监听的不是 ops-server，或它要求 TLS`,
          change('tls', 'true', 'true'),
        );
  if (goodbye === 'too_many_connections')
    return fault(
      'the server has as many clients as it takes',
      '服务端的客户端数已满',
      there(config, 'OPS_MAX_CONNECTIONS=2000 ops-server'),
    );
  if (goodbye !== undefined)
    return warning(`the server is on its way out (${goodbye})`, `服务端正在停止（${goodbye}）`);
  return ok(`${at} answers${config.tls ? ' over TLS' : ''}`, `${at} 有应答${config.tls ? '（TLS）' : ''}`);
}

function judgeProtocol({ server }: ClientFacts): Finding | undefined {
  if (server.protocol === undefined) return undefined;
  return server.protocol === PROTOCOL_VERSION
    ? ok(`both speak version ${PROTOCOL_VERSION} of the protocol`, `双方的协议版本都是 ${PROTOCOL_VERSION}`)
    : fault(
        `the server speaks version ${server.protocol} of the protocol, this client ${PROTOCOL_VERSION}: both must be of one release`,
        `服务端的协议版本是 ${server.protocol}，客户端是 ${PROTOCOL_VERSION}：请使用同一发行版`,
        'ops-client --version; ops-server --version',
      );
}

function skewOf({ server, health, wallMs }: ClientFacts): number | undefined {
  if (server.skewSecs !== undefined) return server.skewSecs;
  if (health?.answer.kind !== 'answered') return undefined;
  const date = Date.parse(health.answer.headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : Math.round((wallMs - date) / 1000);
}

function judgeClock(facts: ClientFacts): Finding | undefined {
  const skew = skewOf(facts);
  if (skew === undefined) return undefined;
  const told = [
    `this clock is ${skew} s off the server's; beyond ${CLIENT_SKEW_SECS} s authentication fails`,
    `本机时钟与服务端相差 ${skew} 秒；超过 ${CLIENT_SKEW_SECS} 秒认证会失败`,
  ] as const;
  const mend = 'sudo timedatectl set-ntp true';
  if (Math.abs(skew) > CLIENT_SKEW_SECS) return fault(...told, mend);
  if (Math.abs(skew) > SKEW_NOTICED_SECS) return warning(...told, mend);
  return ok("this clock agrees with the server's", '本机时钟与服务端一致');
}

/** What a host with a key of its own gets in by. */
function judgeKey({ server, config, change, id }: ClientFacts): Finding {
  if (server.proof === 'accepted')
    return ok('the server knows the key of this host', '服务端认可本机自己的密钥');
  if (server.proof === 'refused')
    return fault(
      'the server refuses the key of this host: it was revoked, or the server is another one; a token for this host brings a new key',
      '服务端拒绝本机自己的密钥：密钥已被撤销，或不是原来的服务端；为本机创建的令牌可换来新的密钥',
      there(config, `opsctl tokens create --host ${id}`),
    );
  if (server.proof === 'not genuine') return judgeImpostor('', change, config);
  return ok('this host has a key of its own', '本机有自己的密钥');
}

/** @param shown the fingerprint of the secret, where it is a shared one */
function judgeImpostor(shown: string, change: ClientFacts['change'], config: ClientFacts['config']): Finding {
  return fault(
    `the server could not prove that it has the secret${shown && `, fingerprint${shown}`}: is it the right machine?`,
    `服务端无法证明它持有该密钥${shown && `，指纹${shown}`}：地址是否正确？`,
    change('server_host', JSON.stringify(config.serverHost), config.serverHost),
  );
}

function judgeSecret(facts: ClientFacts): Finding | undefined {
  const { server, secret, kept, config, change } = facts;
  const { fingerprint } = secret;
  const shown = fingerprint === undefined ? '' : ` ${fingerprint}`;
  const file = shellWord(secret.path ?? '/etc/ops/secret');
  const fetch = isLoopback(config.serverHost)
    ? `sudo install -m 600 data/tcp-auth-secret ${file}`
    : `sudo scp ${shellWord(config.serverHost)}:data/tcp-auth-secret ${file}`;
  const copy = secret.path === undefined ? `${fetch} && export OPS_TCP_AUTH_SECRET_FILE=${file}` : fetch;
  if (kept.kind === 'unsafe')
    return fault(
      `what this host has to prove itself with cannot be used: ${kept.problem}`,
      `本机用于证明身份的文件不可用：${kept.problem}`,
      `ls -l ${shellWord(kept.path)}`,
    );
  if (server.asksForProof === false) {
    if (config.tcpAuthEnabled ?? (fingerprint !== undefined || kept.kind !== 'nothing'))
      return fault(
        'this client insists on authentication, which the server has switched off',
        '客户端要求认证，而服务端已关闭认证',
        there(config, 'OPS_TCP_AUTH_ENABLED=true ops-server'),
      );
    return ok('neither side asks for a secret', '双方都不要求密钥');
  }
  if (server.asksForProof) {
    if (kept.kind === 'token')
      return ok('this host enrols with its token when it starts next', '本机下次启动时用令牌领取自己的密钥');
    if (kept.kind === 'nothing' && fingerprint === undefined)
      return fault(
        'the server asks for a secret, and there is none here',
        '服务端要求密钥，而本机没有',
        copy,
      );
    if (config.tcpAuthEnabled === false)
      return fault(
        'the server asks for authentication, which is switched off here',
        '服务端要求认证，而本机已关闭认证',
        change('tcp_auth_enabled', 'true', 'true'),
      );
    if (kept.kind === 'key') return judgeKey(facts);
    if (server.proof === 'accepted')
      return ok(`the server has the same secret, fingerprint${shown}`, `与服务端密钥一致，指纹${shown}`);
    if (secret.previousProof === 'accepted')
      return warning(
        `the server still has the previous secret, fingerprint ${secret.previousFingerprint}; the new one is${shown}`,
        `服务端仍在使用上一个密钥，指纹 ${secret.previousFingerprint}；新密钥指纹${shown}`,
        there(config, 'ops-server doctor'),
      );
    if (server.proof === 'refused')
      return fault(
        `the server refuses this secret, fingerprint${shown} (ops-server doctor shows the right one)`,
        `服务端拒绝本机的密钥，指纹${shown}（正确的指纹见 ops-server doctor）`,
        copy,
      );
    if (server.proof === 'not genuine') return judgeImpostor(shown, change, config);
  }
  if (kept.kind === 'key') return judgeKey(facts);
  if (fingerprint === undefined) return undefined;
  return ok(
    `fingerprint of the secret${shown}; ops-server doctor shows the same`,
    `密钥指纹${shown}；ops-server doctor 显示的应相同`,
  );
}

function judgeTls({ certificate, config, wallMs }: ClientFacts): Finding | undefined {
  if (!certificate) return undefined;
  // A pinned certificate may have any name.
  const host = config.tlsFingerprint === undefined ? config.serverHost : undefined;
  return judgeCertificate(certificate, wallMs, host, there(config, 'ops-server doctor'));
}

function judgeVersion({ health, version, restart }: ClientFacts): Finding | undefined {
  if (!health) return undefined;
  const { url, answer } = health;
  const server = readHealth(answer);
  if (!server)
    return fault(
      `no ops-server answers at ${url.origin}`,
      `${url.origin} 没有 ops-server 应答`,
      `curl -v ${shellWord(`${url.origin}/health`)}`,
    );
  if (server.version !== version)
    return warning(
      `the server is ${server.version}, this client ${version}`,
      `服务端版本 ${server.version}，客户端版本 ${version}`,
      `ops-client --version; ${restart}`,
    );
  return ok(`server and client are ${version}`, `服务端与客户端版本都是 ${version}`);
}

export const LINK_CHECKS: readonly Check<ClientFacts>[] = [
  { id: 'server', run: judgeServer },
  { id: 'protocol', run: judgeProtocol },
  { id: 'clock', run: judgeClock },
  { id: 'secret', run: judgeSecret },
  { id: 'certificate', run: judgeTls },
  { id: 'version', run: judgeVersion },
];
