import type { CommandState, OutputStream } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { describe, expect, it } from 'vitest';

import { eventOf, eventServer } from './test-event-server.ts';
import { watchCommand } from './watch-command.ts';

const ID = '00000000-0000-4000-8000-000000000001';

/** A command of the server: what it wrote on each stream, and how often that was asked for. */
function command() {
  const kept: Record<OutputStream, string> = { stdout: '', stderr: '' };
  let state: CommandState = 'Executing';
  const asked: string[] = [];
  return {
    asked,
    /** @returns the event that tells it */
    writes(text: string, stream: OutputStream = 'stdout'): string {
      const offset = kept[stream].length;
      kept[stream] += text;
      const data = { command_id: ID, stream, offset, text, next_offset: kept[stream].length };
      return eventOf('output', kept.stdout.length + kept.stderr.length, data);
    },
    ends(): string {
      state = 'Completed';
      // Whoever follows asks what it says.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return eventOf('command', 9999, { id: ID, state } as CommandSummary);
    },
    answer(url: URL): unknown {
      const stream = url.searchParams.get('stream') === 'stderr' ? 'stderr' : 'stdout';
      const offset = Number(url.searchParams.get('offset'));
      asked.push(`${stream} ${offset}`);
      return {
        command_id: ID,
        stream,
        state,
        offset,
        text: kept[stream].slice(offset, offset + 5),
        next_offset: Math.min(offset + 5, kept[stream].length),
        kept_bytes: kept[stream].length,
        total_bytes: null,
        gap: null,
        complete: state === 'Completed',
      };
    },
  };
}

async function watched(of: Parameters<typeof eventServer>[0], signal = new AbortController().signal) {
  const shown: Record<OutputStream, string[]> = { stdout: [], stderr: [] };
  const last = await watchCommand(ID, {
    server: await eventServer(of),
    clock: systemClock,
    signal,
    onOutput: (stream, text) => shown[stream].push(text),
  });
  return { last, ...shown };
}

describe('a watched command', () => {
  it('is read from its events, and asked for where they tell too little', async () => {
    const one = command();
    one.writes('first');
    const found = await watched({
      answer: (url) => one.answer(url),
      stream(reply, request) {
        expect(request.url).toContain(`command_id=${ID}&topics=command%2Coutput`);
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        reply.write(one.writes(', second') + one.writes('oops', 'stderr') + one.writes('!', 'stderr'));
        one.writes(' (missed)');
        reply.write(one.writes(' after') + one.ends());
      },
    });
    expect(found).toEqual({
      last: 'Completed',
      stdout: ['first', ', second', ' (mis', 'sed) ', 'after'],
      stderr: ['oops', '!'],
    });
    // At first, and at the gap, when it was over as well.
    expect(one.asked.filter((question) => question.startsWith('stderr'))).toEqual(['stderr 0', 'stderr 5']);
  });

  it('is asked for where there is no stream', async () => {
    const one = command();
    const found = await watched({
      answer: (url) => one.answer(url),
      stream(reply) {
        one.writes('to the end');
        one.ends();
        reply.writeHead(503).end('down');
      },
    });
    expect(found).toEqual({ last: 'Completed', stdout: ['to th', 'e end'], stderr: [] });
  });

  it('is asked for again when the server was busy just as it ended', async () => {
    const one = command();
    let isBusy = false;
    const found = await watched({
      answer(url) {
        if (!isBusy) return one.answer(url);
        isBusy = false;
        return 503;
      },
      stream(reply) {
        isBusy = true;
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        reply.write(one.ends());
      },
    });
    expect(found.last).toBe('Completed');
  });

  it('is left alone when somebody does not want to wait', async () => {
    const stop = new AbortController();
    const found = await watched(
      {
        answer: (url) => command().answer(url),
        stream(reply) {
          reply.writeHead(200, { 'content-type': 'text/event-stream' });
          reply.write(': open\n\n');
          stop.abort();
        },
      },
      stop.signal,
    );
    expect(found.last).toBeUndefined();
  });

  it('that nobody knows is a failure', async () => {
    const unknown = watched({ answer: () => 404, stream: (reply) => reply.end() });
    await expect(unknown).rejects.toThrow('there is none');
  });
});
