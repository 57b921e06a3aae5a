/**
 * The commands a person pastes on a new host. Pure. Only values of `INSTALL_VALUE` get in (S-27); the token goes into a
 * file by a here-document, so it is in no argument and no address. What is fetched is named with its checksum.
 */
import { INSTALL_VALUE } from '@ops/protocol/http/enrolment.ts';
import type { EnrolmentFacts } from '@ops/protocol/http/enrolment.ts';

export const WAYS = ['linux', 'docker', 'source'] as const;
export type Way = (typeof WAYS)[number];
export type Rights = 'commands' | 'monitor';

export interface InstallWish {
  readonly way: Way;
  readonly rights: Rights;
  /** A system service by sudo; else everything belongs to the user. Linux only. */
  readonly root: boolean;
  /** The server, as the host reaches it. */
  readonly host: string;
  /** How this browser reaches it. */
  readonly protocol: 'http:' | 'https:';
  readonly httpPort: string;
  /** Undefined where clients need not prove anything. */
  readonly token: string | undefined;
  readonly facts: EnrolmentFacts;
}

export interface InstallCommands {
  readonly install: string;
  readonly uninstall: string;
}

export function isPlainHost(host: string): boolean {
  return INSTALL_VALUE.test(host) && !host.startsWith('-');
}

/** @throws Error for a value that must not get into a command: whoever calls has asked `isPlainHost` before */
function plain(value: string | number): string {
  const written = String(value);
  if (!isPlainHost(written)) throw new Error('this value must not get into a command');
  return written;
}

const lines = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join('\n');

/** Nothing that is typed behind it is read before the file is whole. */
function tokenInto(file: string, token: string | undefined): string | undefined {
  return token === undefined ? undefined : `cat >${file} <<'END' &&\n${plain(token)}\nEND`;
}

function originOf({ protocol, host, httpPort }: InstallWish): string {
  const name = plain(host).includes(':') ? `[${host}]` : host;
  return `${protocol}//${name}${httpPort === '' ? '' : `:${plain(httpPort)}`}`;
}

function linux(wish: InstallWish, sums: string, installer: string): InstallCommands {
  const { facts, host, token, rights, root } = wish;
  const sudo = root ? 'sudo ' : '';
  const from = originOf(wish);
  const more = [
    ...(facts.tls ? [`--tls-fingerprint ${plain(facts.tls.fingerprint)}`] : []),
    ...(token === undefined ? [] : ['--token-file token']),
    ...(rights === 'monitor' ? ['--monitor-only'] : []),
  ];
  const options = [
    `--from ${from}`,
    `--server ${plain(host)} --port ${facts.tcp_port}`,
    `--sums ${plain(sums)}`,
    ...(more.length > 0 ? [more.join(' ')] : []),
  ];
  const where = root ? '/opt/ops-client' : '~/.local/share/ops-client/program';
  return {
    install: lines(
      `cd "$(mktemp -d)" &&`,
      tokenInto('token', token),
      `curl -fsSLO ${from}/install.sh &&`,
      `echo '${plain(installer)}  install.sh' | sha256sum -c - &&`,
      `${sudo}sh install.sh install \\\n  ${options.join(' \\\n  ')}`,
    ),
    uninstall: `${sudo}sh ${where}/install.sh uninstall`,
  };
}

function docker(wish: InstallWish): InstallCommands {
  const { facts, host, token, rights } = wish;
  const from = originOf(wish);
  // Whoever builds chooses the machine: both archives are named, and the one that fits is unpacked.
  const [file] = facts.files;
  const archives = facts.files.map(
    ({ name, sha256 }) => `ADD --checksum=sha256:${plain(sha256)} ${from}/download/${plain(name)} /tmp/`,
  );
  const unpack =
    'RUN case $(uname -m) in x86_64) m=x64 ;; *) m=arm64 ;; esac; install -d -o 65532 -m 700 /data && mkdir /opt/ops-client' +
    ' && tar -xzof /tmp/ops-client-*-linux-$m.tar.gz -C /opt/ops-client --strip-components=1 && rm /tmp/*.tar.gz';
  const settings = [
    `OPS_SERVER_HOST=${plain(host)}`,
    `OPS_SERVER_PORT=${facts.tcp_port}`,
    ...(facts.tls ? ['OPS_TLS=true', `OPS_TLS_FINGERPRINT=${plain(facts.tls.fingerprint)}`] : []),
    ...(rights === 'monitor' ? ['OPS_CLIENT_READONLY=true'] : []),
    ...(token === undefined ? [] : ['OPS_ENROL_TOKEN_FILE=/data/token']),
  ];
  const image = [
    'FROM debian:13-slim',
    ...archives,
    unpack,
    'USER 65532',
    'WORKDIR /data',
    'ENV OPS_CLIENT_ID_FILE=/data/id OPS_CLIENT_DATA_DIR=/data/state OPS_COMMAND_LOG_FILE=/data/commands.log',
    'ENTRYPOINT ["/opt/ops-client/bin/ops-client"]',
  ];
  const keepToken =
    token === undefined
      ? undefined
      : `docker run --rm -i -v ops-client:/data --entrypoint sh ops-client -c 'umask 077; cat >/data/token' <<'END' &&\n${plain(token)}\nEND`;
  return {
    install:
      file === undefined
        ? ''
        : lines(
            `docker build -t ops-client - <<'END' &&`,
            ...image,
            'END',
            keepToken,
            `docker run -d --name ops-client --restart unless-stopped \\\n  --network host --pid host -v ops-client:/data --cap-drop ALL \\\n  ${settings.map((setting) => `-e ${setting}`).join(' \\\n  ')} \\\n  ops-client`,
          ),
    uninstall: 'docker rm -f ops-client && docker volume rm ops-client && docker image rm ops-client',
  };
}

function source({ facts, host, token, rights }: InstallWish): InstallCommands {
  const options = [
    `--host ${plain(host)} --port ${facts.tcp_port}`,
    ...(facts.tls ? [`--tls --tls-fingerprint ${plain(facts.tls.fingerprint)}`] : []),
    '--client-id-file "$HOME/.ops-client-id" --data-dir "$HOME/.ops-client"',
    ...(rights === 'monitor' ? ['--readonly'] : []),
  ].join(' \\\n  ');
  return {
    install: lines(
      'npm ci &&',
      token === undefined ? undefined : 'umask 077 &&',
      tokenInto('token', token),
      token === undefined
        ? undefined
        : `OPS_ENROL_TOKEN_FILE=token bin/ops-client enrol \\\n  ${options} &&\nrm token &&`,
      `bin/ops-client \\\n  ${options}`,
    ),
    uninstall: 'rm -r "$HOME/.ops-client" "$HOME/.ops-client-id"',
  };
}

/** What this server must have for a way; undefined when nothing is missing. */
export function missingFor(way: Way, facts: EnrolmentFacts): 'files' | 'installer' | undefined {
  if (way === 'source') return undefined;
  if (facts.files.length === 0 || facts.sums_sha256 === null) return 'files';
  return way === 'linux' && facts.installer_sha256 === null ? 'installer' : undefined;
}

/** @returns undefined while something is missing. @throws Error for a host that is not plain */
export function installCommands(wish: InstallWish): InstallCommands | undefined {
  const { way, facts } = wish;
  if (missingFor(way, facts)) return undefined;
  if (way === 'docker') return docker(wish);
  if (way === 'source') return source(wish);
  return facts.sums_sha256 === null || facts.installer_sha256 === null
    ? undefined
    : linux(wish, facts.sums_sha256, facts.installer_sha256);
}

/** Names by which only this very machine reaches the server. */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
