/** Gathers the facts: reads files, connects to the server and leaves before it would register. Changes nothing here. */
import { constants } from 'node:fs';
import { lstat, open, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { secretFingerprint } from '@ops/protocol/wire/secret-fingerprint.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { ask } from '@ops/runtime/doctor/ask.ts';
import { changeSetting } from '@ops/runtime/doctor/change-setting.ts';
import { launcherOf, serviceCommand } from '@ops/runtime/doctor/launcher.ts';
import { lookAtDirectory, lookAtPath } from '@ops/runtime/doctor/path-facts.ts';
import type { DirectoryFacts } from '@ops/runtime/doctor/path-facts.ts';
import { fileProblem, shellWord } from '@ops/runtime/private-file.ts';
import type { Random } from '@ops/runtime/random.ts';
import { camelCase } from '@ops/runtime/settings-table.ts';

import { ownersOf } from '../apps/scan.ts';
import { CLIENT_PROGRAM, CLIENT_SETTINGS } from '../config.ts';
import type { ClientConfig, LoadedClientConfig } from '../config.ts';
import { createPrograms } from '../executor/programs.ts';
import { faultOfScript } from '../executor/script.ts';
import { dataDirectories } from '../identity.ts';
import { goodbyeFailure } from '../link/goodbye.ts';
import { VERSION } from '../version.ts';
import { lookAtUpgrade } from './check-upgrade.ts';
import type { ClientFacts } from './facts.ts';
import { lookAtCertificate } from './look-at-certificate.ts';
import { lookAtKey } from './look-at-key.ts';
import { lookAtServer } from './look-at-server.ts';

export interface GatherNeeds {
  readonly loaded: LoadedClientConfig;
  readonly configFile: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly url: URL | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

export async function gather(needs: GatherNeeds): Promise<ClientFacts> {
  const { loaded, cwd, clock, random, url } = needs;
  const { values: config, origins } = loaded;
  const { tcpAuthSecret: secret, tcpAuthSecretPrevious: previous } = config;
  const file = await lookAtPath(resolve(cwd, needs.configFile));
  const configFile = file.kind === 'absent' ? undefined : file;
  const user = process.geteuid?.();
  const idFile = await lookAtPath(config.clientIdFile);
  const id = await readId(config.clientIdFile);
  const { serverHost: host, serverPort: port, tls, tlsCa, tlsFingerprint } = config;
  const target = { host, port, ...(tls && { tls: { caFile: tlsCa, fingerprint: tlsFingerprint } }) };
  const dataDir = await dataDirectoryOf(config, needs.env);
  const directory = id === undefined || id === '' ? undefined : join(dataDir.path, id);
  const kept = await lookAtKey(directory, config.enrolToken);
  const mine = kept.kind === 'key' ? kept.key : secret;
  const enabled = config.tcpAuthEnabled ?? mine !== undefined;
  const clientId = id === undefined || id === '' ? random.uuid() : id;
  const sight = (tried: string | undefined) =>
    lookAtServer({ target, clientId, secret: enabled ? tried : undefined, clock, random });
  const server = await sight(mine);
  const hasOther = kept.kind !== 'key' && previous !== undefined;
  const previousProof = server.proof === 'refused' && hasOther ? (await sight(previous)).proof : undefined;
  // Root looks on behalf of whoever the client runs as.
  const owner = user === 0 ? (dataDir.uid ?? idFile.uid) : user;

  return {
    version: VERSION,
    settings: { warnings: loaded.warnings, file: configFile },
    config,
    change: (key, toml, text) =>
      changeSetting(
        {
          key,
          variable: CLIENT_SETTINGS[key].variable,
          origin: Object.entries(origins).find(([name]) => name === camelCase(key))![1],
          section: CLIENT_PROGRAM.section,
          file: configFile?.path,
          launcher: launcherOf('ops-client'),
        },
        toml,
        text,
      ),
    restart: serviceCommand('ops-client', 'restart'),
    newIdentity: [
      ...(user === 0 && owner !== undefined && owner !== 0 ? [`sudo -u '#${owner}'`] : []),
      `${launcherOf('ops-client')} new-identity`,
      ...(configFile ? [`--config ${shellWord(configFile.path)}`] : []),
    ].join(' '),
    wallMs: clock.wall(),
    owner,
    server,
    certificate: tls ? await lookAtCertificate({ host, port }, clock) : undefined,
    kept,
    secret: {
      path: origins.tcpAuthSecret.from === 'variable' ? origins.tcpAuthSecret.path : undefined,
      fingerprint: secret === undefined ? undefined : secretFingerprint(secret),
      previousFingerprint: previous === undefined ? undefined : secretFingerprint(previous),
      previousProof,
    },
    idFile,
    id,
    isDoubled: await isDoubled(config.logDir),
    dataDir,
    logDir: await lookAtDirectory(config.logDir),
    commandLog: await lookAtPath(config.commandLogFile),
    appsDir: await lookAtPath(config.appsBaseDir),
    appsProblem: await problemOf(config.appsBaseDir),
    areScriptDirsOwn: origins.allowedScriptDirs.from !== 'default',
    scriptDirs: await Promise.all(
      config.allowedScriptDirs.map(async (path) => ({
        facts: await lookAtPath(path),
        problem: await problemOf(path),
      })),
    ),
    brokenCommands: brokenCommands(config),
    upgrade:
      process.platform === 'linux' && directory !== undefined
        ? await lookAtUpgrade(config.upgradeKeys, directory)
        : undefined,
    health: url && { url, answer: await ask({ url: new URL('/health', url), clock }) },
  };
}

/** Makes no file where there is none, as the client would. @returns empty when there is something else in it */
async function readId(path: string): Promise<string | undefined> {
  const text = await readFile(path, {
    encoding: 'utf8',
    flag: constants.O_RDONLY | constants.O_NONBLOCK,
  }).catch((cause: unknown) => (fileProblem(cause) === 'does not exist' ? undefined : ''));
  if (text === undefined) return undefined;
  return UUID_PATTERN.test(text.trim()) ? text.trim() : '';
}

async function dataDirectoryOf(config: ClientConfig, env: GatherNeeds['env']): Promise<DirectoryFacts> {
  const places = dataDirectories({
    configured: config.dataDir,
    stateHome: env['XDG_STATE_HOME'],
    home: env['HOME'],
  });
  const looks = await Promise.all(places.map(lookAtDirectory));
  return looks.find(({ existingWritable }) => existingWritable) ?? looks.at(-1)!;
}

/** Why nothing beneath a directory is run, as the client itself would say. */
async function problemOf(path: string): Promise<string | undefined> {
  const owners = ownersOf();
  try {
    const facts = await lstat(path);
    if (facts.isSymbolicLink()) return 'is a link';
    return owners.length === 0 ? undefined : faultOfScript(facts, 'folder', owners);
  } catch (cause) {
    return fileProblem(cause);
  }
}

function brokenCommands({ commands }: ClientConfig): ClientFacts['brokenCommands'] {
  const programs = createPrograms();
  return commands.flatMap(({ name, path }) => {
    const found = programs.at(path);
    return 'problem' in found ? [{ name, path, problem: found.problem }] : [];
  });
}

/** The end of a log is enough: the client says it again at each attempt. */
const LOG_END_BYTES = 64 * 1024;

/** The last thing the log says of the link: another client with this id. */
async function isDoubled(logDir: string): Promise<boolean> {
  const names = await readdir(logDir).catch(() => []);
  const newest = names
    .filter((name) => /^ops-client\.log\.\d{4}-\d{2}-\d{2}$/.test(name))
    .toSorted()
    .at(-1);
  if (newest === undefined) return false;
  const handle = await open(join(logDir, newest), constants.O_RDONLY | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    const end = Buffer.alloc(Math.min(size, LOG_END_BYTES));
    await handle.read(end, 0, end.length, size - end.length);
    const text = end.toString('utf8');
    const doubled = goodbyeFailure({ type: 'goodbye', code: 'conflict' }).message;
    return text.lastIndexOf(doubled) > text.lastIndexOf('Connected to the server');
  } finally {
    await handle.close();
  }
}
