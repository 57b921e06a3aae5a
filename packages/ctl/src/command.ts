/** A command of opsctl as data: what it takes, and what it does. Help, completion and documentation are made of it. */
import type { Text } from '@ops/runtime/language.ts';

import type { ExitStatus } from './exit-status.ts';
import type { Server } from './server/server.ts';
import type { SessionFile } from './session-file.ts';
import type { Terminal } from './terminal.ts';

export interface Option {
  readonly name: string;
  readonly short?: string;
  /** Absent: a switch. */
  readonly value?: string;
  readonly many?: true;
  /** What completion offers. */
  readonly choices?: readonly string[];
  readonly meaning: Text;
}

/** What was given on the command line. */
export interface Given {
  /** Of a switch: whether it is there. */
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** @throws Ending with status 2 */
  number(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined;
  readonly operands: readonly string[];
}

export interface Surroundings {
  readonly terminal: Terminal;
  readonly server: Server;
  readonly session: SessionFile;
  readonly given: Given;
}

export interface Command {
  readonly name: string;
  readonly summary: Text;
  /** After the options: `ID`, `-- COMMAND…`. */
  readonly operands?: string;
  /** Fewest and most operands. */
  readonly count: readonly [min: number, max: number];
  readonly options: readonly Option[];
  /** What completion offers besides the options. */
  readonly words?: readonly string[];
  run(surroundings: Surroundings): Promise<ExitStatus>;
}

export const JSON_OPTION: Option = {
  name: 'json',
  meaning: { zh: '输出 JSON', en: 'print JSON' },
};
export const RAW_OPTION: Option = {
  name: 'raw',
  meaning: {
    zh: '原样输出主机写的内容，包括控制字符',
    en: 'print what hosts wrote as it is, control characters included',
  },
};
export const SELECTOR_OPTION: Option = {
  name: 'selector',
  short: 'l',
  value: 'SELECTOR',
  meaning: { zh: '按标签选择主机', en: 'hosts with these labels' },
};
export const ALL_OPTION: Option = { name: 'all', meaning: { zh: '所有主机', en: 'every host' } };
export const YES_OPTION: Option = {
  name: 'yes',
  short: 'y',
  meaning: { zh: '不询问', en: 'do not ask' },
};

/** Of every command. */
export const SHARED_OPTIONS: readonly Option[] = [
  {
    name: 'server',
    value: 'URL',
    meaning: {
      zh: '服务端地址；默认 OPS_URL，否则 http://127.0.0.1:3000',
      en: 'address of the server; OPS_URL, else http://127.0.0.1:3000',
    },
  },
  {
    name: 'token-file',
    value: 'FILE',
    meaning: {
      zh: '保存 API 令牌的文件；默认 OPS_AUTH_TOKEN_FILE 或 OPS_AUTH_TOKEN，否则用登录的会话',
      en: 'file with the API token; OPS_AUTH_TOKEN_FILE or OPS_AUTH_TOKEN, else the session of login',
    },
  },
  {
    name: 'ca',
    value: 'FILE',
    meaning: { zh: '签发服务端证书的 CA（PEM）', en: "authority (PEM) that signed the server's certificate" },
  },
  JSON_OPTION,
  { name: 'help', short: 'h', meaning: { zh: '显示说明', en: 'show help' } },
];
