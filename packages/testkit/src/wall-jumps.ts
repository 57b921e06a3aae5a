/**
 * Loaded into a program with `--import`: its wall clock jumps. `WALL_JUMPS=2000:3600000` means that two seconds after
 * the start it is an hour later at once, and after two more it is right again, and so on. Nothing else is touched.
 */
/** What a program is started with. */
export function wallJumps(
  everyMs: number,
  byMs: number,
): { nodeArgs: string[]; env: Record<string, string> } {
  return { nodeArgs: ['--import', import.meta.url], env: { WALL_JUMPS: `${everyMs}:${byMs}` } };
}

const [every, by] = (process.env['WALL_JUMPS'] ?? '').split(':').map(Number);
if (every && by) {
  const now = Date.now.bind(Date);
  const start = process.hrtime.bigint();
  Date.now = (): number => {
    const turns = Math.floor(Number(process.hrtime.bigint() - start) / 1e6 / every);
    return now() + (turns % 2) * by;
  };
}
