import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { HASH_PARAMETERS } from '../auth/password.ts';
import { FREE_FAILURES } from '../auth/throttle.ts';
import { FAST_HASH, PASSWORD, startTrial, TOKEN } from './test-server.ts';
import type { Answer, Ask, Trial } from './test-server.ts';

const NEW_PASSWORD = 'oak-Lantern_47 mitten';
const BROWSER = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** One server for all; each test comes two hours after the one before, with the user as at first. */
const clock = new ManualClock();
let trial: Trial;
let passwordHash: string;
let auditedBefore: number;

beforeAll(async () => {
  trial = await startTrial({ clock, http: { trustProxy: ['127.0.0.1'] } });
  const user = await trial.database.query.selectFrom('users').selectAll().executeTakeFirstOrThrow();
  passwordHash = user.password_hash;
});
afterAll(() => trial.close());

beforeEach(async () => {
  clock.advance(7_200_000);
  const { query } = trial.database;
  const asAtFirst = { password_hash: passwordHash, disabled: 0 } as const;
  await trial.database.write({ statements: [query.updateTable('users').set(asAtFirst)] });
  auditedBefore = (await trial.audited()).length;
});

const audited = async () => (await trial.audited()).slice(auditedBefore);

function login(password: string, headers: Ask['headers'] = {}, username = 'admin'): Promise<Answer> {
  return trial.ask('/api/login', { body: { username, password }, headers });
}

const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const as = (id: string): Record<string, string> => ({ cookie: `session_id=${id}` });
const checkAuth = (id: string, headers: Ask['headers'] = {}): Promise<Answer> =>
  trial.ask('/api/check-auth', { headers: { ...as(id), ...headers } });

const change = (id: string, current: string, next: string): Promise<Answer> =>
  trial.ask('/api/change-password', {
    headers: as(id),
    body: { current_password: current, new_password: next },
  });
const present = (token: string, address: string): Promise<Answer> =>
  trial.ask('/api/clients', { headers: { authorization: `Bearer ${token}`, ...from(address) } });

describe('the calls of the manual', () => {
  it('sign in, look, and sign out as printed there', async () => {
    const signedIn = await login(PASSWORD);
    const id = String(signedIn.json['session_id']);
    expect(id).toMatch(UUID);
    expect(signedIn.json).toEqual({
      success: true,
      message: '登录成功',
      session_id: id,
      must_change_password: false,
    });
    expect((await checkAuth(id)).json).toMatchObject({ success: true, message: '已认证', session_id: id });
    const signedOut = await trial.ask('/api/logout', { method: 'POST', headers: as(id) });
    expect(signedOut.json).toEqual({ success: true, message: '登出成功', session_id: null });
    expect((await checkAuth(id)).text).toBe(
      '{"success":false,"code":"unauthenticated","message":"未认证","session_id":null}',
    );
  });

  it('refuse a wrong password, an unknown user and a disabled one in the same words', async () => {
    const { query } = trial.database;
    const texts = [(await login('wrong')).text, (await login('wrong', {}, 'nobody')).text];
    await trial.database.write({ statements: [query.updateTable('users').set({ disabled: 1 })] });
    const disabled = await login(PASSWORD);
    expect(disabled.status).toBe(401);
    expect(new Set([...texts, disabled.text])).toEqual(
      new Set([
        '{"success":false,"code":"invalid_credentials","message":"用户名或密码错误","session_id":null}',
      ]),
    );
  });
});

describe('the cookie', () => {
  it('is HttpOnly, SameSite=Strict, for all paths and no domain, as long as a session', async () => {
    const [cookie] = (await login(PASSWORD)).headers['set-cookie']!;
    expect(cookie).toMatch(/^session_id=[0-9a-f-]{36}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  });

  it('is Secure when a trusted proxy says that the request came over TLS', async () => {
    const answer = await login(PASSWORD, { 'x-forwarded-proto': 'https' });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });

  it('is Secure when the page that asks came over HTTPS, whatever the proxy says', async () => {
    const page = { host: 'ops.example.com', origin: 'https://ops.example.com' };
    expect((await login(PASSWORD, page)).headers['set-cookie']?.[0]).toMatch(/; Secure$/);
    const plain = { host: 'ops.example.com', origin: 'http://ops.example.com' };
    expect((await login(PASSWORD, plain)).headers['set-cookie']?.[0]).not.toContain('Secure');
  });

  it.each([
    ['always', {}, true],
    ['never', { 'x-forwarded-proto': 'https' }, false],
  ] as const)('is Secure %s when the settings say so', async (cookieSecure, headers, secure) => {
    await using other = await startTrial({ http: { cookieSecure, trustProxy: ['127.0.0.1'] } });
    const answer = await other.ask('/api/login', {
      headers,
      body: { username: 'admin', password: PASSWORD },
    });
    expect(answer.headers['set-cookie']?.[0]?.includes('; Secure')).toBe(secure);
  });

  it('is taken back at sign-out', async () => {
    const id = await trial.signIn();
    const answer = await trial.ask('/api/logout', { headers: as(id), body: {} });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^session_id=; Path=\/; Max-Age=0; /);
  });

  it('of a browser keeps its id to itself: pages see eight characters', async () => {
    const signedIn = await login(PASSWORD, BROWSER);
    const id = /session_id=([^;]+)/.exec(String(signedIn.headers['set-cookie']))![1]!;
    expect(signedIn.json['session_id']).toBe(id.slice(0, 8));
    const seen = await checkAuth(id, BROWSER);
    expect(seen.json['session_id']).toBe(id.slice(0, 8));
    expect(seen.text).not.toContain(id);
  });
});

describe('S-22 a session', () => {
  it('is new at each sign-in; an id presented before is never adopted', async () => {
    const planted = '7e6f2f1e-0000-4000-8000-000000000001';
    const answer = await login(PASSWORD, as(planted));
    expect(answer.json['session_id']).not.toBe(planted);
    expect((await checkAuth(planted)).status).toBe(401);
  });

  it('ends when its browser signs in anew', async () => {
    const first = await trial.signIn();
    const second = await trial.signIn(PASSWORD, as(first));
    expect((await checkAuth(first)).status).toBe(401);
    expect((await checkAuth(second)).status).toBe(200);
  });

  it('lives an hour from the last keep-alive, and looking does not count', async () => {
    const id = await trial.signIn();
    clock.advance(1_800_000);
    expect((await checkAuth(id)).json).toMatchObject({
      expires_in_secs: 1800,
      max_expires_in_secs: 12 * 3600 - 1800,
    });
    const kept = await trial.ask('/api/keep-alive', { headers: as(id), body: {} });
    const rest = 12 * 3600 - 1800;
    expect(kept.json).toMatchObject({ success: true, expires_in_secs: 3600, max_expires_in_secs: rest });
    for (let minute = 0; minute < 60; minute++) {
      expect((await checkAuth(id)).status).toBe(200);
      clock.advance(60_000);
    }
    expect((await checkAuth(id)).status).toBe(401);
  });

  it('survives a restart of the server', async () => {
    await using first = await startTrial({ clock });
    const id = await first.signIn();
    await first.stop();
    await using again = await startTrial({ clock, dataDir: first.dataDir });
    expect((await again.ask('/api/check-auth', { headers: as(id) })).status).toBe(200);
  });
});

describe('a changed password', () => {
  it('ends the other sessions of the user, and the old password with them', async () => {
    const [own, other] = [await trial.signIn(), await trial.signIn()];
    expect((await change(own, PASSWORD, NEW_PASSWORD)).json).toEqual({
      success: true,
      message: '密码已修改',
    });
    expect([(await checkAuth(own)).status, (await checkAuth(other)).status]).toEqual([200, 401]);
    expect([(await login(PASSWORD)).status, (await login(NEW_PASSWORD)).status]).toEqual([401, 200]);
  });

  it('needs the current one', async () => {
    const [own, other] = [await trial.signIn(), await trial.signIn()];
    expect((await change(own, 'wrong', NEW_PASSWORD)).json).toMatchObject({ code: 'invalid_credentials' });
    expect((await checkAuth(other)).status).toBe(200);
  });

  it.each([
    ['short', '至少 12 个字符'],
    ['k'.repeat(129), '至多 128 个字符'],
    ['password12345', '太容易被猜到'],
    [PASSWORD, '与当前密码相同'],
  ])('must be good enough (%s)', async (next, words) => {
    const answer = await change(await trial.signIn(), PASSWORD, next);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'weak_password', field: 'body.new_password' });
    expect(answer.json['message']).toContain(words);
  });

  it('is not something a token has', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    expect(await trial.ask('/api/change-password', { headers, body })).toMatchObject({ status: 403 });
    expect(await trial.ask('/api/logout', { headers, body: {} })).toMatchObject({ status: 403 });
  });

  it('guessing the current one is throttled like signing in', async () => {
    const id = await trial.signIn();
    for (let n = 0; n < FREE_FAILURES; n++)
      expect((await change(id, 'wrong', NEW_PASSWORD)).status).toBe(401);
    expect((await change(id, PASSWORD, NEW_PASSWORD)).status).toBe(429);
  });
});

describe('S-30 guessing', () => {
  it('is answered 429 with Retry-After after five failures, and even the right password waits', async () => {
    for (let n = 0; n < FREE_FAILURES; n++) expect((await login('wrong')).status).toBe(401);
    const early = await login(PASSWORD);
    expect([early.status, early.headers['retry-after'], early.json['code']]).toEqual([
      429,
      '1',
      'too_many_requests',
    ]);
    clock.advance(1000);
    expect((await login(PASSWORD)).status).toBe(200);
  });

  it('keeps nobody else out: the same account from another address signs in', async () => {
    for (let n = 0; n < FREE_FAILURES + 3; n++) await login('wrong', from('192.0.2.66'));
    expect((await login(PASSWORD, from('192.0.2.66'))).status).toBe(429);
    expect((await login(PASSWORD, from('192.0.2.7'))).status).toBe(200);
  });

  it('is thirty attempts a minute for an address, whatever the names', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => login('wrong', from('192.0.2.66'), `user-${n}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).not.toContain(429);
    expect((await login(PASSWORD, from('192.0.2.66'))).status).toBe(429);
    expect((await login(PASSWORD, from('192.0.2.7'))).status).toBe(200);
  });

  it('with more at once than can be hashed is answered 503, and passes', async () => {
    await using slow = await startTrial({
      hashParameters: HASH_PARAMETERS,
      http: { trustProxy: ['127.0.0.1'] },
    });
    const guess = (n: number): Promise<Answer> =>
      slow.ask('/api/login', {
        headers: from(`192.0.2.${n}`),
        body: { username: `user-${n}`, password: 'wrong' },
      });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => guess(n)));
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(60 - busy.length);
    for (const { headers, json } of busy) {
      expect([headers['retry-after'], json['code']]).toEqual(['1', 'server_busy']);
    }
    await slow.signIn();
  });

  it('a token is refused, throttled by address, and right ones elsewhere still pass', async () => {
    for (let n = 0; n < 30; n++) expect((await present(`guess-${n}`, '192.0.2.66')).status).toBe(401);
    const more = await present(TOKEN, '192.0.2.66');
    expect([more.status, more.headers['retry-after']]).toEqual([429, '60']);
    expect((await present(TOKEN, '192.0.2.7')).status).toBe(200);
    clock.advance(60_000);
    expect((await present(TOKEN, '192.0.2.66')).status).toBe(200);
  });
});

describe('the audit trail', () => {
  it('has every sign-in, sign-out, change of password and refused token, with its address', async () => {
    await login('wrong', from('192.0.2.66'));
    await login('wrong', from('192.0.2.66'), 'hunter2-typed-in-the-wrong-field');
    const id = await trial.signIn(PASSWORD, from('192.0.2.7'));
    const own = { ...as(id), ...from('192.0.2.7') };
    await trial.ask('/api/change-password', {
      headers: own,
      body: { current_password: PASSWORD, new_password: NEW_PASSWORD },
    });
    await trial.ask('/api/logout', { headers: own, body: {} });
    await trial.ask('/api/clients', { headers: { authorization: 'Bearer wrong', ...from('192.0.2.66') } });
    const entries = (await audited()).map(
      (row) => `${row.actor} ${row.action} ${row.outcome} ${row.address}`,
    );
    expect(entries).toEqual([
      'admin login refused 192.0.2.66',
      'address login refused 192.0.2.66',
      'admin login ok 192.0.2.7',
      'admin password_change ok 192.0.2.7',
      'admin logout ok 192.0.2.7',
      'address token_auth refused 192.0.2.66',
    ]);
  });

  it('is not flooded by what is throttled', async () => {
    for (let n = 0; n < FREE_FAILURES + 20; n++) await login('wrong', from('192.0.2.66'));
    const entries = await audited();
    expect(entries.filter(({ action }) => action === 'login')).toHaveLength(FREE_FAILURES + 1);
  });

  it('never holds a password, a session id, a token, or a name that nobody has', async () => {
    const id = await trial.signIn();
    await login('hunter2-wrong');
    await login(PASSWORD, {}, 'hunter2-typed-in-the-wrong-field');
    await trial.ask('/api/clients', { headers: { authorization: 'Bearer hunter2-token' } });
    const rows = await trial.database.query.selectFrom('audit').selectAll().execute();
    const everything = JSON.stringify([rows, trial.logLines, trial.accessLines]);
    for (const secret of [PASSWORD, id, TOKEN, 'hunter2']) expect(everything).not.toContain(secret);
  });
});

it('counts how sign-ins end', async () => {
  const before = { ...trial.auth.signIn.outcomes };
  await trial.signIn();
  for (let n = 0; n < FREE_FAILURES + 1; n++) await login('wrong');
  const { ok, refused, throttled, failed } = trial.auth.signIn.outcomes;
  expect([ok - before.ok, refused - before.refused, throttled - before.throttled, failed]).toEqual([
    1,
    FREE_FAILURES,
    1,
    0,
  ]);
});

it('a hash made with other parameters is renewed at the next sign-in', async () => {
  await using first = await startTrial({ clock });
  await first.stop();
  const hashParameters = { ...FAST_HASH, passes: 2 };
  await using again = await startTrial({ clock, dataDir: first.dataDir, hashParameters });
  const hash = async (): Promise<string> =>
    (await again.database.query.selectFrom('users').select('password_hash').executeTakeFirstOrThrow())
      .password_hash;
  expect(await hash()).toContain(`m=${FAST_HASH.memory},t=1,`);
  const id = await again.signIn();
  expect(await hash()).toContain(`m=${FAST_HASH.memory},t=2,`);
  expect((await again.ask('/api/check-auth', { headers: as(id) })).status).toBe(200);
  await again.signIn();
});
