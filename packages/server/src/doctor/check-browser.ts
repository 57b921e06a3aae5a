/** What browsers meet: cookie and scheme, the proxy in between, the stream of events. */
import { isCertificateProblem, readHealth } from '@ops/runtime/doctor/ask.ts';
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';
import { shellWord } from '@ops/runtime/private-file.ts';

import type { ServerFacts, UrlFacts } from './facts.ts';

function judgeCookie({ config, url, change }: ServerFacts): Finding {
  const { cookieSecure } = config;
  const auto = change('cookie_secure', '"auto"', 'auto');
  const scheme = url?.url.protocol;
  if (cookieSecure === 'always' && scheme === 'http:')
    return fault(
      'cookie_secure is always, but the console is reached over http: browsers drop the cookie, and everybody is asked to sign in again',
      'cookie_secure 为 always，而控制台走 http：浏览器会丢弃 Cookie，登录后立即要求重新登录',
      auto,
    );
  if (
    cookieSecure === 'always' &&
    scheme === undefined &&
    config.tlsCert === undefined &&
    config.trustProxy.length === 0
  )
    return fault(
      'cookie_secure is always, but neither TLS nor a trusted proxy is configured: over http browsers drop the cookie',
      'cookie_secure 为 always，但既没有 TLS 也没有可信代理：走 http 时浏览器会丢弃 Cookie',
      auto,
    );
  if (cookieSecure === 'never' && (scheme === 'https:' || config.tlsCert !== undefined))
    return warning(
      'cookie_secure is never, though the console is reached over https',
      '控制台走 https，而 cookie_secure 为 never',
      auto,
    );
  return ok(`cookie_secure ${cookieSecure} fits`, `cookie_secure ${cookieSecure} 合适`);
}

/** The lines nginx needs, put behind the one that passes requests on. */
function nginx(port: number, ...lines: readonly string[]): string {
  const script = lines.map((line) => `-e ${shellWord(`/proxy_pass .*:${port}/a ${line}`)}`).join(' ');
  return `sudo sed -i --follow-symlinks ${script} /etc/nginx/sites-enabled/* && sudo nginx -t && sudo nginx -s reload`;
}

const HOST = 'proxy_set_header Host $http_host;';
const PROTO = 'proxy_set_header X-Forwarded-Proto $scheme;';
const FOR = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';

/** The way is not what it should be at all: nothing behind it is worth judging. */
function judgeWay({ url, health }: UrlFacts, { change, config, commands }: ServerFacts): Finding | undefined {
  if (health.kind === 'failed') {
    if (isCertificateProblem(health.code))
      return fault(
        `the certificate at ${url.origin} is not accepted by this machine: ${health.message}`,
        `本机不接受 ${url.origin} 的证书：${health.message}`,
        `openssl s_client -connect ${url.hostname}:${url.port || 443} -servername ${url.hostname} </dev/null | openssl x509 -noout -subject -issuer -enddate`,
      );
    return fault(
      `nothing answers at ${url.origin} (${health.code})`,
      `${url.origin} 没有应答（${health.code}）`,
      `curl -v ${shellWord(`${url.origin}/health`)}`,
    );
  }
  const location = health.headers['location'];
  if (health.status >= 300 && health.status < 400 && location !== undefined) {
    const to = URL.parse(location, url)?.origin ?? url.origin;
    return fault(
      `${url.origin} leads on to ${to}: examine that one`,
      `${url.origin} 跳转到 ${to}：请检查后者`,
      `${commands.doctor} --url ${shellWord(to)}`,
    );
  }
  if (health.status === 421) {
    const names = [...config.allowedHosts, url.host];
    return fault(
      `${url.host} is not in allowed_hosts: it is answered with 421`,
      `${url.host} 不在 allowed_hosts 里，会以 421 拒绝`,
      change('allowed_hosts', JSON.stringify(names), names.join(',')),
    );
  }
  if (!readHealth(health))
    return fault(
      `what answers at ${url.origin} is no ops-server (status ${health.status})`,
      `${url.origin} 上应答的不是 ops-server（状态 ${health.status}）`,
      `curl -v ${shellWord(`${url.origin}/health`)}`,
    );
  return undefined;
}

function judgeProxy(facts: ServerFacts): Finding | undefined {
  const { url: seen, config, change } = facts;
  if (!seen) return undefined;
  const way = judgeWay(seen, facts);
  if (way) return way;
  const { url, health, crossSite } = seen;
  const encrypts = url.protocol === 'https:' && config.tlsCert === undefined;
  const isKnownSecure = health.kind === 'answered' && 'strict-transport-security' in health.headers;
  const refused = crossSite.kind === 'answered' && crossSite.status === 403;
  if (encrypts && (!isKnownSecure || refused)) {
    if (config.trustProxy.length === 0)
      return fault(
        'a proxy brings https, but trust_proxy is empty: the server takes requests for http from the address of the proxy (add its address, if it is not this machine)',
        '代理提供 https，但 trust_proxy 为空：服务端认为请求走 http、来自代理的地址（代理不在本机时请填它的地址）',
        change('trust_proxy', '["127.0.0.1", "::1"]', '127.0.0.1,::1'),
      );
    if (!isKnownSecure)
      return fault(
        'the proxy does not say that requests came over https (X-Forwarded-Proto), or its address is not in trust_proxy',
        '代理没有传递 X-Forwarded-Proto，或它的地址不在 trust_proxy 里',
        nginx(config.httpPort, PROTO, FOR),
      );
  }
  if (refused)
    return fault(
      `the proxy does not pass the name ${url.host} on (Host): pages are refused with 403`,
      `代理没有传递主机名 ${url.host}（Host），页面请求会以 403 拒绝`,
      nginx(config.httpPort, HOST),
    );
  return ok(`${url.origin} reaches the console, and it knows how`, `${url.origin} 可访问控制台，来源正确`);
}

function judgeStreaming(facts: ServerFacts): Finding | undefined {
  const { url: seen, config } = facts;
  if (!seen || judgeWay(seen, facts)) return undefined;
  const { events, url } = seen;
  if (events === 'no token')
    return warning(
      'without auth_token it cannot be seen whether a proxy holds /api/events back',
      '没有 auth_token，无法检查代理是否缓冲 /api/events',
      '(umask 077; openssl rand -hex 32 > ~/.ops-token); export OPS_AUTH_TOKEN_FILE=~/.ops-token',
    );
  if (events === 'not encrypted')
    return warning(
      `the token is not sent to ${url.origin}, which is not encrypted`,
      `${url.origin} 没有加密，不发送令牌`,
      `${facts.commands.doctor} --url ${shellWord(`https://${url.host}`)}`,
    );
  if (events.kind === 'answered' && events.status === 401)
    return fault(
      'the token of this configuration is not that of the running server, or the proxy takes it away',
      '本配置中的令牌与正在运行的服务端不一致，或被代理去掉了',
      facts.commands.restart,
    );
  const streams = events.kind === 'answered' && events.status === 200 && events.body.includes('event: ready');
  if (streams) return ok('/api/events streams', '/api/events 实时到达');
  if (events.kind === 'answered' && events.status !== 200)
    return fault(
      `/api/events is answered with ${events.status}`,
      `/api/events 的应答状态是 ${events.status}`,
      `tail -n 20 ${shellWord(config.logDir)}/web.log.$(date +%F)`,
    );
  // On this machine nothing but the server itself is asked.
  const direct = isLoopback(url.hostname) && Number(url.port) === config.httpPort;
  if (direct) return fault('/api/events brings nothing', '/api/events 没有内容', facts.commands.restart);
  return fault(
    'a proxy holds /api/events back (buffering): pages do not update',
    '代理缓冲了 /api/events，页面不会更新',
    nginx(config.httpPort, 'proxy_buffering off;', 'proxy_read_timeout 1h;'),
  );
}

export const BROWSER_CHECKS: readonly Check<ServerFacts>[] = [
  { id: 'cookie', run: judgeCookie },
  { id: 'proxy', run: judgeProxy },
  { id: 'event-stream', run: judgeStreaming },
];
