/** One call of opsctl: words and variables in, text and an exit status out. main.ts gives it the process. */
import { readFile } from 'node:fs/promises';

import { didYouMean } from '@ops/runtime/nearest.ts';
import { fileProblem, readSecretFile, UnsafeFile } from '@ops/runtime/private-file.ts';
import { describeVersion } from '@ops/runtime/single-file.ts';

import { readCommandLine, usageFault } from './command-line.ts';
import type { Given } from './command.ts';
import { COMMANDS } from './commands/commands.ts';
import { Ending, EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { commandHelp, programHelp } from './help.ts';
import { onOneLine } from './printable.ts';
import { ApiFailure, createServer } from './server/server.ts';
import type { Server } from './server/server.ts';
import { createSessionFile, sessionPath } from './session-file.ts';
import type { SessionFile } from './session-file.ts';
import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

export const DEFAULT_URL = 'http://127.0.0.1:3000';

type Env = Readonly<Record<string, string | undefined>>;

export interface Call {
  readonly args: readonly string[];
  readonly env: Env;
  readonly terminal: Terminal;
}

/** Never throws for what a user, a file or a server did. */
export async function opsctl(call: Call): Promise<ExitStatus> {
  try {
    return await dispatch(call);
  } catch (cause) {
    const { terminal } = call;
    const tell = (message: string): void => terminal.err(`opsctl: ${message}\n`);
    if (cause instanceof Ending) {
      tell(cause.status === EXIT.usage ? `${cause.message} (--help lists what there is)` : cause.message);
      return cause.status;
    }
    if (cause instanceof UnsafeFile) {
      tell(onOneLine(cause.message));
      return EXIT.usage;
    }
    if (cause instanceof ApiFailure) {
      tell(onOneLine([cause.message, cause.reason].filter((part) => part !== undefined).join(': ')));
      const status = statusOfFailure(cause);
      if (cause.code === 'unauthenticated') {
        tell(
          say(terminal, { zh: '请先执行 opsctl login，或提供令牌', en: 'run opsctl login, or give a token' }),
        );
      }
      return status;
    }
    throw cause;
  }
}

const REFUSALS: ReadonlySet<string> = new Set([
  'unauthenticated',
  'invalid_credentials',
  'password_change_required',
  'forbidden',
  'command_rejected',
]);

function statusOfFailure({ code }: ApiFailure): ExitStatus {
  if (REFUSALS.has(code)) return EXIT.refused;
  return code === 'invalid_request' ? EXIT.usage : EXIT.failed;
}

async function dispatch({ args, env, terminal }: Call): Promise<ExitStatus> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    const text = programHelp(COMMANDS, terminal.language);
    if (name === undefined) terminal.err(text);
    else terminal.out(text);
    return name === undefined ? EXIT.usage : EXIT.good;
  }
  if (name === '--version') {
    terminal.out(`opsctl ${describeVersion(VERSION)}\n`);
    return EXIT.good;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) {
    if (name.startsWith('-')) throw usageFault(`option ${JSON.stringify(name)} stands behind the command`);
    const names = COMMANDS.map((known) => known.name);
    throw usageFault(`no command ${JSON.stringify(name)}${didYouMean(name, names)}`);
  }
  const given = readCommandLine(command, rest);
  if (given.flag('help')) {
    terminal.out(commandHelp(command, terminal.language));
    return EXIT.good;
  }
  const session = createSessionFile(sessionPath(env) ?? '');
  return command.run({ terminal, given, session, server: await serverOf(given, env, session, terminal) });
}

function urlOf(given: Given, env: Env): string {
  const option = given.text('server');
  const text = option ?? (env['OPS_URL'] || DEFAULT_URL);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    const from = option === undefined ? 'OPS_URL' : '--server';
    throw usageFault(`${from}: ${JSON.stringify(text)} is no address such as ${DEFAULT_URL}`);
  }
  return new URL(text).href.replace(/\/+$/, '');
}

async function serverOf(given: Given, env: Env, session: SessionFile, terminal: Terminal): Promise<Server> {
  const url = urlOf(given, env);
  const token = await tokenOf(given, env);
  const sessionId = token === undefined && session.path !== '' ? await session.read(url) : undefined;
  const ca = given.text('ca');
  return createServer({
    url,
    language: terminal.language,
    ca: ca === undefined ? undefined : await readPem(ca),
    credentials: { token, sessionId },
  });
}

/** The API token; undefined: the session of login is to do. */
async function tokenOf(given: Given, env: Env): Promise<string | undefined> {
  const option = given.text('token-file');
  const path = option ?? env['OPS_AUTH_TOKEN_FILE'];
  if (!path) return env['OPS_AUTH_TOKEN'] || undefined;
  try {
    return await readSecretFile(path);
  } catch (cause) {
    if (!(cause instanceof UnsafeFile)) throw cause;
    const from = option === undefined ? 'OPS_AUTH_TOKEN_FILE' : '--token-file';
    throw usageFault(`${from}: ${onOneLine(cause.message)}`);
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw usageFault(`--ca ${path} ${fileProblem(cause)}`);
  }
}
