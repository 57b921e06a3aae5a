/**
 * Two clients of a running server, by the API and in a browser: both online, `uptime` runs on both.
 *
 *   cat password | node test/containers/fleet.ts URL COMMANDS
 *
 * COMMANDS: how many results of earlier calls must still be there. Ends with status 1 and says why.
 */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';

import { chromium, expect } from '@playwright/test';
import type { APIRequestContext } from '@playwright/test';

import { until } from '@ops/testkit/until.ts';

import config from '../../playwright.config.ts';

const HOSTS = ['ops-client-1', 'ops-client-2'];
const WITHIN_MS = 60_000;

interface Clients {
  readonly clients: readonly {
    readonly client_id: string;
    readonly hostname: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}
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
  for (const host of HOSTS) {
    const card = page.getByRole('article').filter({ hasText: host });
    await expect(card).toContainText('Online', { timeout: WITHIN_MS });
  }
  assert.equal(await page.getByText('default password').count(), 0, 'the default password is in use');

  // A session of its own: the first was made by the page.
  const outside = await browser.newContext({ baseURL: url });
  await json(outside.request, '/api/login', { username: 'admin', password });
  const { clients } = await json<Clients>(outside.request, '/api/clients?status=online');
  const found = new Map(clients.map(({ hostname, labels }) => [hostname, labels['role']]));
  assert.deepEqual(
    found,
    new Map([
      [HOSTS[0], 'web'],
      [HOSTS[1], 'db'],
    ]),
  );
  const { commands } = await json<{ commands: readonly object[] }>(outside.request, '/api/commands');
  assert.equal(commands.length, earlier, 'results of earlier calls');
  await Promise.all(clients.map(({ client_id }) => uptime(outside.request, client_id)));
} finally {
  await browser.close();
}
