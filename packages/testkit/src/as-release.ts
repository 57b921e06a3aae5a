/**
 * Loaded into a program from source with `--import`: it then is the release that AS_RELEASE names, as a single file is
 * one by what it carries in itself. Also SHORT_WAITS=60000:1500,…: a wait of the first so many milliseconds lasts the
 * second, so that a test need not wait a minute for what takes one.
 */
import { registerHooks } from 'node:module';

export interface AsRelease {
  readonly commit: string;
  /** Milliseconds since 1970. */
  readonly released_at: number;
}

/** What a program is started with. */
export function asRelease(
  release: AsRelease | undefined,
  shortWaits: Readonly<Record<number, number>> = {},
): { nodeArgs: string[]; env: Record<string, string> } {
  const waits = Object.entries(shortWaits).map(([from, to]) => `${from}:${to}`);
  return {
    nodeArgs: ['--import', import.meta.url],
    env: {
      ...(release && { AS_RELEASE: JSON.stringify(release) }),
      ...(waits.length > 0 && { SHORT_WAITS: waits.join(',') }),
    },
  };
}

const told = process.env['AS_RELEASE'];
if (told !== undefined) {
  const source = `const { commit, released_at } = ${told};
    const inside = { commit, 'released-at': String(released_at) };
    export const isSea = () => true;
    export const getAsset = (name) => inside[name];
    export const getAssetKeys = () => Object.keys(inside);
    export const getRawAsset = (name) => Buffer.from(inside[name]);`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'node:sea' ? { url, shortCircuit: true } : next(specifier, context),
  });
}

const shortWaits = process.env['SHORT_WAITS'];
if (shortWaits !== undefined) {
  const lengths = new Map<number, number>();
  for (const [from = 0, to = 0] of shortWaits.split(',').map((pair) => pair.split(':').map(Number)))
    lengths.set(from, to);
  const { setTimeout: wait } = globalThis;
  const shortened = (call: () => void, ms = 0): ReturnType<typeof wait> => wait(call, lengths.get(ms) ?? ms);
  globalThis.setTimeout = Object.assign(shortened, wait);
}
