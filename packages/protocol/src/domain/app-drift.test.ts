import { expect, test } from 'vitest';

import type { AppInfo } from './app.ts';
import { appDrift } from './app-drift.ts';

/** `name version commit` */
function app(text: string): AppInfo {
  const [name = '', version, commit] = text.split(' ');
  return {
    name,
    ...(version !== undefined && { version }),
    ...(commit !== undefined && { commit }),
    service_status: 'Running',
    has_script: true,
  };
}

test.each<[string, readonly string[], readonly string[]]>([
  ['one version everywhere', ['shop v1', 'shop v1', 'cart v2'], []],
  ['a minority', ['shop v1', 'shop v2', 'shop v2'], ['0 version v2']],
  ['none ahead', ['shop v1', 'shop v2'], ['0 version -', '1 version -']],
  ['no version at all', ['shop', 'shop v1'], []],
  ['one version of several commits', ['shop v1 a', 'shop v1 b', 'shop v1 a'], ['1 commit a']],
  [
    'both: the version is what is said',
    ['shop v1 a', 'shop v2 b', 'shop v2 b', 'shop v2 c'],
    ['0 version v2', '3 commit b'],
  ],
])('%s', (_what, texts, expected) => {
  const apps = texts.map(app);
  const drift = [...appDrift(apps)].map(
    ([each, { kind, most }]) => `${apps.indexOf(each)} ${kind} ${most ?? '-'}`,
  );
  expect(drift).toEqual(expected);
});
