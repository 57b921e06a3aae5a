/** Which hosts have an application otherwise than most of them. Pure. */
import type { AppInfo } from './app.ts';

/** How an app differs from the same app on the other hosts. */
export interface AppDrift {
  readonly kind: 'version' | 'commit';
  /** What most hosts have; undefined when no value is ahead. */
  readonly most: string | undefined;
}

/** The value that more have than any other, if there is one. */
function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, second] = [...counts].toSorted(([, a], [, b]) => b - a);
  return first !== undefined && first[1] !== second?.[1] ? first[0] : undefined;
}

/**
 * The minority: with several versions of an app, those that are not on the most common one (all of them when none is
 * ahead); with one version built from several commits, the same by commit.
 * @param apps of all hosts; what is answered is by these very objects
 */
export function appDrift(apps: Iterable<AppInfo>): ReadonlyMap<AppInfo, AppDrift> {
  const drift = new Map<AppInfo, AppDrift>();
  const mark = (kind: AppDrift['kind'], among: readonly AppInfo[]): void => {
    const values = among.flatMap((app) => app[kind] ?? []);
    if (new Set(values).size < 2) return;
    const most = mostCommon(values);
    for (const app of among) {
      if (app[kind] !== undefined && app[kind] !== most && !drift.has(app)) drift.set(app, { kind, most });
    }
  };
  for (const all of Map.groupBy(apps, ({ name }) => name).values()) {
    mark('version', all);
    for (const same of Map.groupBy(all, ({ version }) => version).values()) mark('commit', same);
  }
  return drift;
}
