import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

/** Tells which methods a path has, by the same table that made the routes. */
export interface MethodTable {
  methodsOf(path: string): readonly string[];
}

export interface KnownPath {
  /** `{name}` stands for one segment. */
  readonly path: string;
  readonly methods: readonly string[];
  /** Expressions for segments by their names, without anchors; whatever is not empty for one that is not named. */
  readonly segments?: Readonly<Record<string, string>>;
}

export function createMethodTable(known: readonly KnownPath[]): MethodTable {
  const exact = new Map<string, Set<string>>();
  const patterns: { readonly matches: RegExp; readonly methods: readonly string[] }[] = [];
  for (const { path, methods, segments = {} } of known) {
    if (path.includes('{')) {
      const source = path
        .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
        .replaceAll(/\{([^}]+)\}/g, (_, name: string) => segments[name] ?? '[^/]+');
      patterns.push({ matches: new RegExp(`^${source}$`), methods });
    } else {
      const all = exact.get(path) ?? new Set<string>();
      exact.set(path, all);
      for (const method of methods) all.add(method);
    }
  }
  return {
    methodsOf(path) {
      const matching = patterns.flatMap(({ matches, methods }) => (matches.test(path) ? methods : []));
      return [...new Set([...(exact.get(path) ?? []), ...matching])];
    },
  };
}

/**
 * What is not in the table is 404; what is, with another method, 405 with Allow. The table is asked also when the
 * router has found a route: it takes an empty segment for a parameter, the table does not.
 */
export function createRouteCheck(table: MethodTable): Check {
  return ({ context, found }) => {
    const methods = table.methodsOf(decodeURIComponent(context.path));
    if (methods.length === 0) throw new RequestFault('not_found');
    if (!found)
      throw new RequestFault('method_not_allowed', { headers: { Allow: methods.toSorted().join(', ') } });
  };
}
