/** Kinds with a meaning of their own that more than one program uses: hosts, ports, addresses, secrets. */
import { parseIp, parseRange } from './ip-address.ts';
import { integer, line, path } from './settings-kinds.ts';
import type { Kind } from './settings-kinds.ts';
import { MAX_SECRET_BYTES } from './private-file.ts';

/** RFC 1123: labels of letters, digits and hyphens, 253 characters in all. */
function isHostName(text: string): boolean {
  // All digits and dots would be a mistyped address.
  if (/^[\d.]+$/.test(text)) return false;
  return (
    text.length <= 253 &&
    text.split('.').every((part) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(part))
  );
}

export const isHost = (text: string): boolean => parseIp(text) !== undefined || isHostName(text);

/** Where to listen or connect. */
export const host = (): Kind<string> =>
  line({
    max: 253,
    pattern: isHost,
    placeholder: 'HOST',
    accepts: {
      en: 'an IP address (IPv6 without brackets) or a host name, without a port',
      zh: 'IP 地址（IPv6 不带方括号）或主机名，不带端口',
    },
  });

function splitPort(text: string): readonly [string, string | undefined] {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match) return [text, undefined];
  return [match[1]!.replace(/^\[(.*)\]$/, '$1'), match[2]];
}

function isAuthority(text: string): boolean {
  const [name, port] = splitPort(text);
  return isHost(name) && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

/** What a `Host` header may say; without a port any port is meant. */
export const hostHeader = (): Kind<string> =>
  line({
    max: 260,
    pattern: isAuthority,
    placeholder: 'HOST',
    accepts: {
      en: 'a host name or IP address (IPv6 in brackets when a port follows), with or without a port',
      zh: '主机名或 IP 地址（后跟端口的 IPv6 加方括号），可带端口',
    },
  });

export const webOrigin = (): Kind<string> =>
  line({
    max: 270,
    pattern(value) {
      const match = /^https?:\/\/([^/?#@]+)$/.exec(value);
      return match !== null && isAuthority(match[1]!);
    },
    placeholder: 'ORIGIN',
    accepts: {
      en: 'an origin such as https://ops.example.com, without a path',
      zh: '来源，例如 https://ops.example.com，不带路径',
    },
  });

export const addressRange = (): Kind<string> =>
  line({
    max: 64,
    pattern: (value) => parseRange(value) !== undefined,
    placeholder: 'ADDRESS',
    accepts: { en: 'an IP address or a range such as 10.0.0.0/8', zh: 'IP 地址或网段，例如 10.0.0.0/8' },
  });

/** @param min 0 where the system may choose, as for listening */
export const port = (min: 0 | 1): Kind<number> => integer({ min, max: 65_535 });

/** A secret in UTF-8, used byte for byte. */
export const secret = (options: { readonly min?: number; readonly max?: number } = {}): Kind<string> => {
  const { min = 1, max = MAX_SECRET_BYTES } = options;
  return line({
    min,
    max,
    pattern: (value) => Buffer.byteLength(value) <= MAX_SECRET_BYTES,
    placeholder: 'SECRET',
    accepts: { en: `one line of ${min} to ${max} characters`, zh: `一行，${min} 到 ${max} 个字符` },
  });
};

/** A token that travels in an `Authorization` header. */
export const bearerToken = (): Kind<string> =>
  line({
    max: 512,
    pattern: /^[\x21-\x7e]+$/,
    placeholder: 'SECRET',
    accepts: {
      en: '1 to 512 printable ASCII characters without spaces',
      zh: '1 到 512 个不含空格的可打印 ASCII 字符',
    },
  });

const normalFingerprint = (value: string): string =>
  `sha256:${value.slice(7).replaceAll(':', '').toLowerCase()}`;

/** The fingerprint of a certificate; the value is `sha256:` and 64 lower-case hex digits, whatever way it was written. */
export const certificateFingerprint = (): Kind<string> => {
  const written = line({
    max: 120,
    pattern: /^sha256:(?:[0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/i,
    placeholder: 'sha256:HEX',
    accepts: {
      en: 'sha256: and 64 hex digits, colons between bytes allowed',
      zh: 'sha256: 加 64 位十六进制数字，字节之间可用冒号',
    },
  });
  return {
    ...written,
    fromText: (value, cwd) => normalFingerprint(written.fromText(value, cwd)),
    fromToml: (value, cwd) => normalFingerprint(written.fromToml(value, cwd)),
  };
};

/** A directory without hidden or odd parts in its path, so that the path can stand in a command unquoted. */
export const plainDirectory = (): Kind<string> =>
  path({
    absolute: true,
    max: 256,
    pattern: /^(\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99})+$/,
    accepts: {
      en: 'an absolute path of at most 256 characters, each part of letters, digits and "_.-" and not hidden',
      zh: '绝对路径，至多 256 个字符，各级由字母、数字和“_.-”组成且不是隐藏目录',
    },
  });
