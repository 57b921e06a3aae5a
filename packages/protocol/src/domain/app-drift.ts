/** Which hosts have an application otherwise than most of them. Pure. */
import type { AppInfo } from './app.ts';

/** How an app differs from the same app on the other hosts. */
export interface AppDrift {
  readonly kind: 'version' | 'commit';
  /** What most hosts have; undefined when no value is ahead. */
  readonly most: string | undefined;
}

type Counts = ReadonlyMap<string, number>;

/** The value that more have than any other, if there is one. */
function mostCommon(counts: Counts): string | undefined {
  const [first, second] = [...counts].toSorted(([, a], [, b]) => b - a);
  return first !== undefined && first[1] !== second?.[1] ? first[0] : undefined;
}

/** How many of them have each value of one field. Fifty thousand are gone through: nothing is made for each. */
function count(among: readonly AppInfo[], kind: AppDrift['kind']): Counts {
  const counts = new Map<string, number>();
  for (const app of among) {
    const value = app[kind];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/**
 * The minority: with several versions of an app, those that are not on the most common one (all of them when none is
 * ahead); with one version built from several commits, the same by commit.
 * @param apps of all hosts; what is answered is by these very objects
 */
export function appDrift(apps: Iterable<AppInfo>): ReadonlyMap<AppInfo, AppDrift> {
  const drift = new Map<AppInfo, AppDrift>();
  const mark = (kind: AppDrift['kind'], among: readonly AppInfo[]): void => {
    const counts = count(among, kind);
    if (counts.size < 2) return;
    const most = mostCommon(counts);
    const differs: AppDrift = { kind, most };
    for (const app of among) {
      if (app[kind] !== undefined && app[kind] !== most && !drift.has(app)) drift.set(app, differs);
    }
  };
  for (const all of Map.groupBy(apps, ({ name }) => name).values()) {
    mark('version', all);
    for (const same of Map.groupBy(all, ({ version }) => version).values()) mark('commit', same);
  }
  return drift;
}
