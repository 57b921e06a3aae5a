/** The gallery shows every page of the console, and its files are those of its table: `npm run -s pictures`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { galleryPage } from '../e2e/gallery/page.ts';
import { PICTURES } from '../e2e/gallery/pictures.ts';
import { SHOTS } from '../e2e/gallery/shots.ts';
import { paths } from '../packages/web/src/paths.ts';
import { read, ROOT } from './source-files.ts';

/** Everybody who clones the repository takes them along. */
const MAX_BYTES = 6 * 1024 * 1024;
const FOLDER = join(ROOT, 'docs/gallery');

it('shows every page of the console', () => {
  const shown = new Set<string>(SHOTS.map(({ route }) => route));
  expect(Object.keys(paths).filter((route) => !shown.has(route))).toEqual([]);
});

it('has a name of its own and words in both languages for each', () => {
  const names = SHOTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const mute = SHOTS.filter(({ title, caption }) =>
    [title, caption].some(({ en, zh }) => !/^[\x20-\x7e]+$/.test(en) || !/[一-龥]/.test(zh)),
  );
  expect(mute.map(({ name }) => name)).toEqual([]);
});

it('has the files of its table and no others', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(PICTURES.map(({ file }) => file).toSorted());
});

it('is light enough to be kept in the repository', () => {
  const bytes = readdirSync(FOLDER).reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0);
  expect(bytes).toBeLessThan(MAX_BYTES);
});

it('has a page that is made from the table', () => {
  expect(read('docs/gallery.md')).toBe(galleryPage());
});
