import { describe, expect, it } from 'vitest';

import { isTest, sources, target } from './source-files.ts';

/**
 * Who may import whom. The names of folders, read in order, tell the product; these arrows keep it readable.
 * A folder that is not named on the left may import nothing of ours.
 */
const PACKAGE_ARROWS: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [],
  policy: [/^packages\/protocol\/src\/(domain\/|errors\.ts|schema\.ts)/],
  runtime: [],
  server: [/^packages\/(protocol|policy|runtime)\//],
  client: [
    /^packages\/protocol\/src\/(wire|domain)\//,
    /^packages\/protocol\/src\/(errors|schema)\.ts/,
    /^packages\/(policy|runtime)\//,
  ],
  web: [/^packages\/protocol\/src\/(http|domain)\//, /^packages\/protocol\/src\/(errors|schema)\.ts/],
  ctl: [
    /^packages\/protocol\/src\/(http|domain)\//,
    /^packages\/protocol\/src\/(errors|schema)\.ts/,
    /^packages\/runtime\//,
  ],
  testkit: [/^packages\/(protocol|policy|runtime|server|client)\//],
};

/** Inside the server: a part may import the parts to its right, never to its left. `server.ts` wires them all. */
const SERVER_LAYERS: readonly (readonly string[])[] = [
  ['main.ts'],
  ['doctor'],
  ['server.ts'],
  ['server-figures.ts', 'health-check.ts'],
  ['http', 'gateway', 'backup'],
  ['rollouts', 'upgrades'],
  ['batches', 'apps'],
  ['releases'],
  ['commands', 'metrics', 'auth', 'events', 'enrolment'],
  ['fleet'],
  ['audit', 'storage'],
  ['tcp-secret.ts'],
  ['config.ts', 'version.ts'],
  ['client-variables.ts'],
];

/** Inside the client. */
const CLIENT_LAYERS: readonly (readonly string[])[] = [
  ['main.ts'],
  ['doctor'],
  ['client.ts'],
  ['host-report.ts', 'host-policy.ts', 'pulse.ts', 'enrolment', 'upgrade'],
  ['link', 'readings', 'samples', 'commands', 'apps'],
  ['journal'],
  ['executor'],
  ['identity.ts', 'config.ts', 'version.ts'],
];

const all = sources('packages').filter((file) => !isTest(file.path));

describe('imports between packages', () => {
  it('follow the arrows of docs/architecture.md', () => {
    const wrong: string[] = [];
    for (const file of all) {
      const own = file.path.split('/')[1]!;
      for (const { specifier } of file.imports) {
        const to = target(file.path, specifier);
        if (to === undefined || to.startsWith(`packages/${own}/`)) continue;
        if (!PACKAGE_ARROWS[own]?.some((arrow) => arrow.test(to))) wrong.push(`${file.path} imports ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('never join the wire and HTTP sides of the protocol', () => {
    const wrong = all.flatMap((file) =>
      file.imports
        .map(({ specifier }) => target(file.path, specifier) ?? '')
        .filter(
          (to) =>
            (file.path.startsWith('packages/protocol/src/wire/') &&
              to.startsWith('packages/protocol/src/http/')) ||
            (file.path.startsWith('packages/protocol/src/http/') &&
              to.startsWith('packages/protocol/src/wire/')),
        )
        .map((to) => `${file.path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('reach the testkit from tests and benchmarks only', () => {
    const wrong = sources()
      .filter(
        (file) =>
          !isTest(file.path) && !file.path.startsWith('packages/testkit/') && !file.path.startsWith('bench/'),
      )
      .filter((file) => file.imports.some(({ specifier }) => specifier.startsWith('@ops/testkit')))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });
});

function layerViolations(folder: string, layers: readonly (readonly string[])[]): string[] {
  const rank = new Map(layers.flatMap((names, index) => names.map((name) => [name, index] as const)));
  const layerOf = (path: string): number | undefined => rank.get(path.slice(folder.length).split('/')[0]!);
  const wrong: string[] = [];
  for (const file of all.filter(({ path }) => path.startsWith(folder))) {
    const from = layerOf(file.path);
    if (from === undefined) {
      wrong.push(`${file.path} is in no layer: give its folder a place`);
      continue;
    }
    for (const { specifier, typeOnly } of file.imports) {
      const to = target(file.path, specifier);
      if (!to?.startsWith(folder) || typeOnly) continue;
      const toLayer = layerOf(to);
      if (toLayer !== undefined && toLayer < from)
        wrong.push(`${file.path} imports ${to}, which stands above it`);
    }
  }
  return wrong;
}

describe('imports inside a program', () => {
  it('point downwards in the server', () => {
    expect(layerViolations('packages/server/src/', SERVER_LAYERS)).toEqual([]);
  });

  it('point downwards in the client', () => {
    expect(layerViolations('packages/client/src/', CLIENT_LAYERS)).toEqual([]);
  });
});

describe('cycles', () => {
  it('do not exist', () => {
    const graph = new Map(
      sources('packages').map((file) => [
        file.path,
        file.imports.filter(({ typeOnly }) => !typeOnly).map(({ specifier }) => target(file.path, specifier)),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? [])
        if (next !== undefined && graph.has(next)) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});
