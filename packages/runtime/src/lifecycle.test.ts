import { describe, expect, it } from 'vitest';

import { createLifecycle } from './lifecycle.ts';

/** Parts that write down when they are released. */
function record(): { released: string[]; part: (name: string) => () => Promise<void> } {
  const released: string[] = [];
  return {
    released,
    part: (name) => async () => {
      await Promise.resolve();
      released.push(name);
    },
  };
}

describe('a lifecycle', () => {
  it('releases in reverse order, one after the other', async () => {
    const { released, part } = record();
    const lifecycle = createLifecycle();
    for (const name of ['database', 'gateway', 'http']) lifecycle.onRelease(name, part(name));
    await lifecycle.release();
    expect(released).toEqual(['http', 'gateway', 'database']);
  });

  it('releases once, however often it is asked, and each caller waits for the end', async () => {
    const { released, part } = record();
    const lifecycle = createLifecycle();
    lifecycle.onRelease('one', part('one'));
    await Promise.all([lifecycle.release(), lifecycle.release()]);
    await lifecycle.release();
    expect(released).toEqual(['one']);
  });

  it('goes on past parts that fail, and tells of all of them at the end', async () => {
    const { released, part } = record();
    const lifecycle = createLifecycle();
    lifecycle.onRelease('first', part('first'));
    lifecycle.onRelease('throws', () => {
      throw new Error('at once');
    });
    lifecycle.onRelease('rejects', () => Promise.reject(new Error('later')));
    lifecycle.onRelease('last', part('last'));
    const failure = await lifecycle.release().catch((error: unknown) => error);
    expect(released).toEqual(['last', 'first']);
    expect(failure).toBeInstanceOf(AggregateError);
    if (!(failure instanceof AggregateError)) return;
    expect(failure.message).toBe('could not release rejects; could not release throws');
    expect(
      failure.errors.map((error: Error) => (error.cause instanceof Error ? error.cause.message : '')),
    ).toEqual(['later', 'at once']);
  });

  it('releases what is started while it stops, or after it stopped', async () => {
    const { released, part } = record();
    const lifecycle = createLifecycle();
    lifecycle.onRelease('one', async () => {
      await part('one')();
      lifecycle.onRelease('during', part('during'));
    });
    await lifecycle.release();
    lifecycle.onRelease('after', part('after'));
    await lifecycle.release();
    expect(released).toEqual(['one', 'during', 'after']);
  });

  it('still tells what failed when something was started late', async () => {
    const { released, part } = record();
    const lifecycle = createLifecycle();
    lifecycle.onRelease('bad', () => Promise.reject(new Error('no')));
    const first = lifecycle.release();
    lifecycle.onRelease('late', part('late'));
    await expect(first).rejects.toThrow('could not release bad');
    await expect(lifecycle.release()).rejects.toThrow('could not release bad');
    expect(released).toEqual(['late']);
  });
});
