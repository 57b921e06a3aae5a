/**
 * `npm run -s pictures`: takes a picture of every page of the console, in both languages, on a desk and on a phone, from the real
 * product with a made-up fleet, and writes docs/gallery and docs/gallery.md. `node e2e/gallery.ts rollout host` takes those alone.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from '@playwright/test';
import type { Browser, BrowserContext, Page } from '@playwright/test';

import { makeClientArchive } from '@ops/testkit/client-archive.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import config from '../playwright.config.ts';
import { buildConsoleIfStale } from '../scripts/console-build.ts';
import { openCamera } from './gallery/camera.ts';
import { makeUpFleet, PASSWORD, SECRET } from './gallery/fleet.ts';
import { galleryPage } from './gallery/page.ts';
import { PICTURES, SCREENS } from './gallery/shots.ts';
import type { Picture, Scene } from './gallery/shots.ts';

const DOCS = join(import.meta.dirname, '../docs');
const OUT = join(DOCS, 'gallery');
const LOCALES = { zh: 'zh-CN', en: 'en-US' } as const;
/** Of a machine that is nobody's here. */
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' };
const READY_MS = 20_000;

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

async function signIn(browser: Browser, url: string, password: string): Promise<StorageState> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  await page.goto('/');
  await fillIn(page, password);
  await page.getByRole('navigation').first().waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

async function fillIn(page: Page, password: string): Promise<void> {
  await page.locator('input[autocomplete="username"]').fill('admin');
  await page.locator('input[type="password"]').fill(password);
  await page.keyboard.press('Enter');
}

async function isReady(page: Page, ready: string | RegExp): Promise<void> {
  const isSelector = typeof ready === 'string' && /^(h1|input|button|\.|\[)/.test(ready);
  const found = isSelector ? page.locator(ready) : page.getByText(ready);
  await found.locator('visible=true').first().waitFor({ timeout: READY_MS });
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached', timeout: READY_MS });
}

await buildConsoleIfStale();
await mkdir(OUT, { recursive: true });
const only = process.argv.slice(2);
const wanted = PICTURES.filter(({ shot }) => only.length === 0 || only.includes(shot.name));

await using files = await tempDirectory('client-files');
await makeClientArchive(files.path);
await using server = await startServer({
  secret: SECRET,
  env: { OPS_ADMIN_PASSWORD: PASSWORD, OPS_CLIENT_FILES_DIR: files.path },
});
/** Nobody has come to it yet. */
await using fresh = await startServer({ secret: SECRET });
await using fleet = await makeUpFleet(server);
await using browser = await chromium.launch(config.projects?.[0]?.use?.launchOptions ?? {});
await using camera = await openCamera(browser);
const signedIn = {
  user: await signIn(browser, server.url, PASSWORD),
  newcomer: await signIn(browser, fresh.url, 'admin123'),
};
const scenes: Readonly<Record<'user' | 'fresh', Scene>> = {
  user: fleet.scene,
  fresh: { ...fleet.scene, url: fresh.url },
};

async function take({ shot, language, screen, scheme, file }: Picture): Promise<number> {
  const { as } = shot;
  const { url, ...scene } = as === 'newcomer' || as === 'elsewhere' ? scenes.fresh : scenes.user;
  const context = await browser.newContext({
    baseURL: url,
    locale: LOCALES[language],
    timezoneId: 'Asia/Shanghai',
    viewport: SCREENS[screen],
    deviceScaleFactor: screen === 'phone' ? 1.5 : 1,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...(as === 'newcomer' && { storageState: signedIn.newcomer }),
    ...(as === undefined && { storageState: signedIn.user }),
    ...(as === 'elsewhere' && { extraHTTPHeaders: ELSEWHERE }),
  });
  try {
    const page = await context.newPage();
    await shot.before?.(page);
    await page.goto(shot.path({ url, ...scene }));
    if (as === 'elsewhere') await fillIn(page, 'admin123');
    await isReady(page, shot.ready);
    await shot.act?.(page);
    const picture = await camera.take(page);
    await writeFile(join(OUT, file), picture);
    return picture.length;
  } finally {
    await context.close();
  }
}

let bytes = 0;
for (const picture of wanted) {
  try {
    bytes += await take(picture);
  } catch (cause) {
    // The others are worth having; the status tells.
    console.error(`${picture.file} could not be taken:`, cause instanceof Error ? cause.message : cause);
    process.exitCode = 1;
  }
}
const left = new Set<string>(PICTURES.map(({ file }) => file));
for (const file of await readdir(OUT)) if (!left.has(file)) await rm(join(OUT, file));
await writeFile(join(DOCS, 'gallery.md'), galleryPage());
console.log(`${wanted.length} pictures, ${Math.round(bytes / 1024)} KiB, in docs/gallery`);
