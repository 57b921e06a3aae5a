/**
 * Two clients of a running server, in a browser and by the API: both online, `uptime` runs on one by hand and on both by
 * the API. That is three commands for each call.
 *
 *   cat password | node test/containers/fleet.ts URL COMMANDS
 *
 * COMMANDS: how many results of earlier calls must still be there. Ends with status 1 and says why.
 */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';

import { chromium, expect } from '@playwright/test';
import type { APIRequestContext } from '@playwright/test';

import type { ClientSummaries } from '@ops/protocol/http/clients.ts';
import { until } from '@ops/testkit/until.ts';

import config from '../../playwright.config.ts';

/** Host names and the label `role`. */
const HOSTS = new Map([
  ['ops-client-1', 'web'],
  ['ops-client-2', 'db'],
]);
const WITHIN_MS = 60_000;

type Result = Readonly<Record<string, { readonly exit_code?: number; readonly output?: string }>>;

async function json<T>(api: APIRequestContext, path: string, data?: object): Promise<T> {
  const answer = data ? await api.post(path, { data }) : await api.get(path);
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function uptime(api: APIRequestContext, clientId: string): Promise<void> {
  const sent = { client_id: clientId, command: 'uptime' };
  const { command_id } = await json<{ command_id: string }>(api, '/api/send-command', sent);
  const result = await until(
    async () => {
      const { Pending, Executing, ...ended } = await json<Result>(
        api,
        `/api/command-result?command_id=${command_id}`,
      );
      return Pending || Executing ? undefined : ended;
    },
    { what: `the end of uptime on ${clientId}`, within: WITHIN_MS, every: 200 },
  );
  assert.equal(result['Completed']?.exit_code, 0, JSON.stringify(result));
  assert.match(result['Completed']?.output ?? '', /load average/);
}

const [url, earlier] = [process.argv[2]!, Number(process.argv[3])];
const password = (await text(process.stdin)).trim();
const browser = await chromium.launch(config.projects?.[0]?.use?.launchOptions ?? {});
try {
  const context = await browser.newContext({ baseURL: url, locale: 'en-US' });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  for (const host of HOSTS.keys()) {
    const card = page.getByRole('article').filter({ hasText: host });
    await expect(card).toContainText('Online', { timeout: WITHIN_MS });
  }
  assert.equal(await page.getByText('default password').count(), 0, 'the default password is in use');

  await page.goto('/commands?command=uptime');
  await page.getByRole('combobox', { name: 'Find hosts' }).fill('ops-client-1');
  await page.getByRole('listbox').getByRole('option').first().click();
  await page.getByRole('button', { name: 'Run command', exact: true }).click();
  await expect(page.locator('main header').getByRole('status')).toHaveText('Succeeded', {
    timeout: WITHIN_MS,
  });
  await expect(page.getByRole('region', { name: 'Standard output' })).toContainText('load average');

  // A session of its own: the first was made by the page.
  const outside = await browser.newContext({ baseURL: url });
  await json(outside.request, '/api/login', { username: 'admin', password });
  const { clients } = await json<ClientSummaries>(
    outside.request,
    '/api/clients?status=online&fields=summary',
  );
  const found = Object.values(clients).map(({ hostname, labels: { role } }) => [hostname, role] as const);
  assert.deepEqual(new Map(found), HOSTS);
  const { commands } = await json<{ commands: readonly object[] }>(outside.request, '/api/commands');
  assert.equal(commands.length, earlier + 1, 'results of earlier calls');
  await Promise.all(Object.keys(clients).map((id) => uptime(outside.request, id)));
  console.log('       in the browser: signed in, both online, uptime ran; by the API: uptime on both');
} finally {
  await browser.close();
}
