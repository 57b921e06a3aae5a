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
import { PICTURES, SCREENS } from './gallery/pictures.ts';
import type { Picture } from './gallery/pictures.ts';
import type { Scene, Shot } from './gallery/shot.ts';
import { startUpgrading } from './gallery/upgrading.ts';

const DOCS = join(import.meta.dirname, '../docs');
const OUT = join(DOCS, 'gallery');
const LOCALES = { zh: 'zh-CN', en: 'en-US' } as const;
/** Of a machine that is nobody's here. */
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' };
const READY_MS = 20_000;
/** A page waits a little before it believes that the server is gone. */
const STOPPED_MS = 60_000;

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

const only = process.argv.slice(2);
const known = new Set(PICTURES.map(({ shot }) => shot.name));
const unknown = only.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(`pictures: no page ${unknown.join(', ')}; there are ${[...known].join(', ')}`);
  process.exit(2);
}
await buildConsoleIfStale();
await mkdir(OUT, { recursive: true });
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
await using shelf = await tempDirectory('shelf');
await using upgraded = await startServer({ secret: SECRET, env: { OPS_CLIENT_FILES_DIR: shelf.path } });
await using upgrading = await startUpgrading(upgraded, shelf.path, SECRET);
await using browser = await chromium.launch(config.projects?.[0]?.use?.launchOptions ?? {});
await using camera = await openCamera(browser);
const signedIn = {
  user: await signIn(browser, server.url, PASSWORD),
  newcomer: await signIn(browser, fresh.url, 'admin123'),
  upgrader: await signIn(browser, upgraded.url, 'admin123'),
};
const scene = { ...fleet.scene, upgrade: upgrading.id };
const scenes: Readonly<Record<NonNullable<Shot['as']> | 'user', Scene>> = {
  user: scene,
  stranger: scene,
  newcomer: { ...scene, url: fresh.url },
  elsewhere: { ...scene, url: fresh.url },
  upgrader: { ...scene, url: upgraded.url },
};

/** Opens the page of a picture. The context is the caller's to close. */
async function open({ shot, language, screen, scheme }: Picture): Promise<Page> {
  const { as } = shot;
  const own = scenes[as ?? 'user'];
  const context = await browser.newContext({
    baseURL: own.url,
    locale: LOCALES[language],
    timezoneId: 'Asia/Shanghai',
    viewport: SCREENS[screen],
    isMobile: screen === 'phone',
    deviceScaleFactor: screen === 'phone' ? 1.5 : 1,
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...((as === 'newcomer' || as === 'upgrader') && { storageState: signedIn[as] }),
    ...(as === undefined && { storageState: signedIn.user }),
    ...(as === 'elsewhere' && { extraHTTPHeaders: ELSEWHERE }),
  });
  const page = await context.newPage();
  await shot.before?.(page);
  await page.goto(shot.path(own));
  if (as === 'elsewhere') await fillIn(page, 'admin123');
  await isReady(page, shot.ready);
  await shot.act?.(page);
  return page;
}

let taken = 0;
let bytes = 0;

/** The others are worth having when one cannot be taken; the status tells. */
async function trying(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    console.error(`${file} could not be taken:`, cause instanceof Error ? cause.message : cause);
    process.exitCode = 1;
  }
}

async function take(page: Page, file: string): Promise<void> {
  const picture = await camera.take(page);
  await page.context().close();
  await writeFile(join(OUT, file), picture);
  taken++;
  bytes += picture.length;
}

const waiting: { readonly page: Page; readonly file: string; readonly shows: RegExp }[] = [];
const queue = wanted.values();
async function photographer(): Promise<void> {
  for (const picture of queue) {
    const { file, shot } = picture;
    // oxlint-disable-next-line no-await-in-loop -- two of these run
    await trying(file, async () => {
      const page = await open(picture);
      if (shot.stopped) waiting.push({ page, file, shows: shot.stopped });
      else await take(page, file);
    });
  }
}
// One waits for the server while the other draws.
await Promise.all([photographer(), photographer()]);
// As a crash: one that stops in order would tell of clients that leave.
if (waiting.length > 0) await server.program.kill9();
for (const { page, file, shows } of waiting) {
  await trying(file, async () => {
    await page.getByText(shows).locator('visible=true').first().waitFor({ timeout: STOPPED_MS });
    await take(page, file);
  });
}

const left = new Set<string>(PICTURES.map(({ file }) => file));
for (const file of await readdir(OUT)) if (!left.has(file)) await rm(join(OUT, file));
await writeFile(join(DOCS, 'gallery.md'), galleryPage());
console.log(`${taken} pictures, ${Math.round(bytes / 1024)} KiB, in docs/gallery`);
