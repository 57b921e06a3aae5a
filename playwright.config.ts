import { defineConfig, devices } from '@playwright/test';

import { JOURNEYS } from './e2e/journeys.ts';

/**
 * Debian's Chromium without the parts for windows, which takes three quarters of the processor time; the flags keep it from
 * looking for the outside.
 */
const launchOptions = {
  executablePath: '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.e2e.ts',
  globalSetup: './e2e/fresh-console.ts',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
  // Each has a server and a client of its own.
  workers: 2,
  reporter: [['list']],
  // Not `retain-on-failure`: keeping a trace of every test, thrown away or not, costs several times the tests themselves.
  use: { launchOptions, trace: 'off', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'desk',
      grepInvert: new RegExp(JOURNEYS.en),
      use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 }, launchOptions },
    },
    {
      name: 'phone',
      grepInvert: new RegExp(JOURNEYS.zh),
      use: { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, launchOptions },
    },
  ],
});
