import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';

import { databaseCheck } from './routes/health.ts';
import { startTrial } from './test-server.ts';
import type { Trial } from './test-server.ts';

function broken(): boolean {
  throw new Error('at /opt/ops/server.ts');
}

let trial: Trial;
afterEach(() => trial.close());

describe('/health', () => {
  it('begins so that the grep of the manual finds it', async () => {
    trial = await startTrial();
    const answer = await trial.ask('/health');
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\{"status":"healthy",/);
    expect((await trial.ask('/health', { method: 'HEAD' })).status).toBe(200);
  });

  it('names the part that failed, also when it threw', async () => {
    const gateway = { works: false };
    trial = await startTrial({
      needs: { parts: { gateway: () => gateway.works, broken, fine: async () => true } },
    });
    const answer = await trial.ask('/health');
    expect(answer.status).toBe(503);
    expect(answer.text).toMatch(/^\{"status":"unhealthy",/);
    expect(answer.json['parts']).toEqual({ gateway: 'failed', broken: 'failed', fine: 'ok' });
    expect(answer.text).not.toContain('/opt');
  });

  it('does not wait for ever for a part', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const stuck = (): Promise<boolean> => {
      asked++;
      return new Promise(() => {});
    };
    trial = await startTrial({ clock, needs: { parts: { stuck } } });
    const answer = trial.ask('/health');
    await expect.poll(() => asked).toBe(1);
    clock.advance(2000);
    expect((await answer).json['parts']).toEqual({ stuck: 'failed' });
  });

  it('sees a database that cannot be read, or whose last write failed', async () => {
    trial = await startTrial();
    const { database } = trial;
    const check = databaseCheck(database);
    expect(await check()).toBe(true);
    expect(await databaseCheck({ query: database.query, fault: new Error('disk full') })()).toBe(false);
    await trial.stop();
    await expect(Promise.resolve(check())).rejects.toThrow(/destroyed|closed/);
  });
});

it('/metrics is what the registry renders, as Prometheus reads it', async () => {
  trial = await startTrial({ needs: { renderMetrics: async () => 'ops_clients{state="online"} 3\n' } });
  const answer = await trial.ask('/metrics');
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(answer.text).toBe('ops_clients{state="online"} 3\n');
});
