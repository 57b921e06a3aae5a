/**
 * A script, what it reads, and Node → one program.
 *
 * For the machine it is built on it carries the compiled code too, which saves a third of the start. That code must
 * have been made with the options it will run with, and `--random-seed` makes it the same each time: the seed of the
 * build orders what is written and is not part of what runs.
 */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './run.ts';
import { HERE, ROOT } from './what.ts';
import type { Product, Target } from './what.ts';

/** Pieces in which a program is written. */
const PIECE_BYTES = 64 * 1024;

export interface ExecutableNeeds {
  readonly product: Product;
  readonly target: Target;
  /** The script. */
  readonly code: string;
  /** What is inside besides, by name. */
  readonly inside: ReadonlyMap<string, Buffer>;
  /** Path of the Node it is put into. */
  readonly node: string;
  /** A directory of the build's own. */
  readonly work: string;
}

export async function executable(needs: ExecutableNeeds): Promise<Buffer> {
  const { product, target, code, inside, node, work } = needs;
  const flags = nodeFlags(product);
  const runsHere = target.name === HERE;
  writeFileSync(join(work, 'main.mjs'), code);
  const assets: Record<string, string> = {};
  let count = 0;
  for (const [name, data] of [...inside].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    assets[name] = `asset-${count++}`;
    writeFileSync(join(work, assets[name]), data);
  }
  const config = {
    main: 'main.mjs',
    mainFormat: 'module',
    executable: node,
    output: 'program',
    assets,
    disableExperimentalSEAWarning: true,
    useCodeCache: runsHere,
    execArgv: flags,
    // NODE_OPTIONS of whoever starts it is not for it.
    execArgvExtension: 'none',
  };
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
  await run(process.execPath, [...flags, '--random-seed=1', '--build-sea', 'sea.json'], { cwd: work });
  return readFileSync(join(work, 'program'));
}

/** The options of Node the launcher of the program gives it, so that they are written once. */
function nodeFlags({ name }: Product): string[] {
  const flags = /^flags='(.*)'$/m.exec(readFileSync(join(ROOT, 'bin', name), 'utf8'))?.[1];
  if (flags === undefined) throw new Error(`bin/${name} has no flags`);
  return flags.split(' ');
}

/**
 * In pieces. Linux keeps a file that was written at once in large units of its page cache and maps them whole: the same
 * program would then take 30 MB more of memory until the machine has read it anew.
 */
export function writeProgram(path: string, program: Buffer): void {
  const file = openSync(path, 'w', 0o755);
  try {
    for (let at = 0; at < program.length; at += PIECE_BYTES)
      writeSync(file, program, at, Math.min(PIECE_BYTES, program.length - at));
  } finally {
    closeSync(file);
  }
}
