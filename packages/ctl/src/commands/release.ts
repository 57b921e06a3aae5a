/**
 * `release`: makes and shows releases of ops-client. It works on files of this machine and asks no server: the private key
 * lies where releases are made, and nowhere else.
 */
import type { ClientRelease, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { makeSigningKey, readSigningKey } from '@ops/runtime/ed25519.ts';
import { readPrivateFile } from '@ops/runtime/private-file.ts';

import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { Ending, EXIT } from '../exit-status.ts';
import { onOneLine, table, utcTime } from '../printable.ts';
import { faultsOfArchives, readRelease, readSignature, signRelease } from '../release-directory.ts';
import { writeNewPrivateFile } from '../new-private-file.ts';
import { say } from '../terminal.ts';
import { runVerb, verbSyntax } from '../verb.ts';
import type { Verb } from '../verb.ts';

/** A key of Ed25519 as PEM has 119. */
const MAX_KEY_BYTES = 4096;

const key: Verb = {
  operands: 'FILE',
  count: [1, 1],
  options: [],
  async run({ terminal, given }, [path = '']) {
    const pem = makeSigningKey();
    await writeNewPrivateFile(path, pem);
    const { publicKey } = readSigningKey(pem)!;
    terminal.out(
      given.flag('json') ? `${JSON.stringify({ key: publicKey, file: path })}\n` : `${publicKey}\n`,
    );
    terminal.err(
      `${say(terminal, {
        zh: `私钥已写入 ${path}，请妥善保管，不要放到服务端；把上面的公钥写入各主机的 upgrade_keys`,
        en: `the private key is in ${path}: keep it safe, and off every server; the line above goes into upgrade_keys of the hosts`,
      })}\n`,
    );
    return EXIT.good;
  },
};

/** What `sign` and `show` say of a release. */
function tell(
  { terminal, given }: Surroundings,
  release: ClientRelease,
  signature: ReleaseSignature,
  faults: ReadonlyMap<string, string>,
): void {
  if (given.flag('json')) {
    const problems = Object.fromEntries(faults);
    terminal.out(`${JSON.stringify({ release, key: signature.key, problems })}\n`);
    return;
  }
  const { version, commit, released_at } = release;
  terminal.out(
    table(
      ['VERSION', 'COMMIT', 'OF (UTC)', 'SIGNED BY'],
      [[version, commit, utcTime(released_at), signature.key]],
    ),
  );
  terminal.out(
    table(
      ['ARCHIVE', 'FOR', 'MB', 'STATE'],
      release.files.map(({ name, os, arch, size }) => [
        name,
        `${os}-${arch}`,
        (size / 1e6).toFixed(1),
        faults.get(name) ?? 'ok',
      ]),
    ),
  );
}

const sign: Verb = {
  operands: 'DIRECTORY',
  count: [1, 1],
  options: ['key'],
  async run(surroundings, [directory = '']) {
    const path = surroundings.given.text('key');
    if (path === undefined) throw usageFault('it is opsctl release sign --key FILE DIRECTORY');
    const signingKey = readSigningKey(await readPrivateFile(path, { maxBytes: MAX_KEY_BYTES }));
    if (signingKey === undefined) throw usageFault(`${path} holds no key that opsctl release key made`);
    const { manifest, release } = await readRelease(directory);
    if (release.released_at === 0)
      throw new Ending(
        EXIT.failed,
        'the release has no time, and no host would take it: build it from git, or set SOURCE_DATE_EPOCH',
      );
    const faults = await faultsOfArchives(directory, release);
    // Whoever signs answers for the archives, not for a text.
    for (const [name, fault] of faults) throw new Ending(EXIT.failed, onOneLine(`${name} ${fault}`));
    tell(surroundings, release, await signRelease(directory, manifest, signingKey), faults);
    return EXIT.good;
  },
};

const show: Verb = {
  operands: 'DIRECTORY',
  count: [1, 1],
  options: [],
  async run(surroundings, [directory = '']) {
    const { manifest, release } = await readRelease(directory);
    const signature = await readSignature(directory, manifest);
    const faults = await faultsOfArchives(directory, release);
    tell(surroundings, release, signature, faults);
    return faults.size === 0 ? EXIT.good : EXIT.failed;
  },
};

const VERBS: Readonly<Record<string, Verb>> = { key, sign, show };

export const release: Command = {
  name: 'release',
  summary: {
    zh: 'ops-client 的发布包：生成签名密钥、签名、查看（只处理本机文件，不连接服务端）',
    en: 'releases of ops-client: make a key, sign, show (files of this machine, no server)',
  },
  operands: verbSyntax(VERBS),
  count: [1, 2],
  words: Object.keys(VERBS),
  options: [
    {
      name: 'key',
      value: 'FILE',
      meaning: {
        zh: 'sign：release key 生成的私钥文件',
        en: 'sign: the private key that release key made',
      },
    },
  ],
  async run(surroundings) {
    const [name = ''] = surroundings.given.operands;
    const verb = VERBS[name];
    if (verb === undefined) throw usageFault(`release takes ${Object.keys(VERBS).join(', ')}`);
    return runVerb(release, [name, verb], surroundings);
  },
};
