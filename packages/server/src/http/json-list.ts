/** Long JSON objects in pieces, so that the event loop gets its turns in between. */
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

/** Milliseconds of work after which others have their turn. */
const BUDGET_MS = 10;
const PIECE_CHARS = 64 * 1024;

/**
 * The text of `{"<name>":{"<key>":<value>,…}<rest>}`.
 * @param entries value undefined: left out
 * @param rest fields after the object, written when it is done
 */
export async function* jsonInPieces(
  clock: Clock,
  name: string,
  entries: Iterable<readonly [key: string, value: () => unknown]>,
  rest: () => Readonly<Record<string, unknown>>,
): AsyncGenerator<string, void> {
  let turnAt = clock.mono();
  let piece = `{${JSON.stringify(name)}:{`;
  let comma = '';
  for (const [key, value] of entries) {
    const content = value();
    if (content === undefined) continue;
    piece += `${comma}${JSON.stringify(key)}:${JSON.stringify(content)}`;
    comma = ',';
    if (piece.length >= PIECE_CHARS) {
      yield piece;
      piece = '';
    }
    if (clock.mono() - turnAt >= BUDGET_MS) {
      await sleep(clock, 0);
      turnAt = clock.mono();
    }
  }
  const fields = JSON.stringify(rest()).slice(1);
  yield `${piece}}${fields === '}' ? '' : ','}${fields}`;
}
