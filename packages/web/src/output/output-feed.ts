/**
 * Keeps one command on the screen true: its state and the output of both streams, while it runs and after.
 *
 *   stream opened ──► state asked for, output asked for from the byte known ──► events join what is there
 *        ▲                                   ▲                                       │ one does not join
 *        └── lost, reset ◄───────────────────┴── asked for again ◄───────────────────┘ or the command is over
 */
import { isFinal, KEPT_HEAD_BYTES, OUTPUT_STREAMS } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { MAX_OUTPUT_PAGE } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import { keepStream } from '../live/event-stream.ts';
import type { EventStreamNeeds, StreamEvent } from '../live/event-stream.ts';
import { createStreamBuffer } from './stream-buffer.ts';
import type { Gap, Piece, StreamBuffer } from './stream-buffer.ts';

/** A break shorter than this is not worth a word. */
const LOST_AFTER_MS = 2500;
const RETRY_MS = 3000;
/** The screen follows this often, however fast output comes. */
const SHOW_MS = 100;
/** While output arrives its end may be queued behind it: a viewer is sent so many bytes a second. So it is asked for. */
const LOOK_MS = 1000;
/** Events that may wait for a page; older ones are in the next page anyway. */
const MAX_WAITING = 64;
/** Columns until the page has measured itself. */
const FIRST_COLUMNS = 120;

export interface OutputPage extends Piece {
  readonly kept_bytes: number;
  readonly gap: Gap | null;
  readonly complete: boolean;
}

export interface CommandPicture {
  /** Undefined until it arrived. */
  readonly summary: CommandSummary | undefined;
  /** Nobody knows this command. */
  readonly missing: boolean;
  /** What kept the state from being read. */
  readonly failure: unknown;
  readonly stale: boolean;
  /** Grows whenever there is more output to draw. */
  readonly version: number;
  /** All the output there will be is here. */
  readonly complete: boolean;
}

export interface OutputFeed {
  readonly picture: Pick<Signal<CommandPicture>, 'get' | 'subscribe'>;
  readonly buffers: Readonly<Record<OutputStream, StreamBuffer>>;
  /** Opens the stream; returns how to close it. What is known stays. */
  readonly watch: () => () => void;
  /** What an answer to a call said of the command. */
  readonly observe: (change: Partial<CommandSummary>) => void;
  /** Asks for all of it at once, for a reader who does not want to wait. */
  readonly ask: () => void;
}

export interface OutputFeedNeeds extends EventStreamNeeds {
  /** Undefined: there is no such command. */
  readonly fetchSummary: (id: string) => Promise<CommandSummary | undefined>;
  readonly fetchOutput: (
    id: string,
    stream: OutputStream,
    offset: number,
    limit: number,
  ) => Promise<OutputPage>;
  /** False: it will not get better by asking again. */
  readonly mayRetry: (error: unknown) => boolean;
  readonly onRefused: () => void;
}

interface StreamState {
  readonly buffer: StreamBuffer;
  readonly waiting: Piece[];
  pulling: boolean;
  again: boolean;
  complete: boolean;
}

function streamState(): StreamState {
  return {
    buffer: createStreamBuffer(FIRST_COLUMNS),
    waiting: [],
    pulling: false,
    again: false,
    complete: false,
  };
}

export function createOutputFeed(needs: OutputFeedNeeds, id: string): OutputFeed {
  const { clock } = needs;
  const picture = createSignal<CommandPicture>({
    summary: undefined,
    missing: false,
    failure: undefined,
    stale: false,
    version: 0,
    complete: false,
  });
  const streams: Readonly<Record<OutputStream, StreamState>> = {
    stdout: streamState(),
    stderr: streamState(),
  };
  let open = false;
  /** Counts what came by itself: an answer that was asked for before it is older. */
  let told = 0;
  let showing: Timer | undefined;
  let looking: Timer | undefined;
  const retries = new Set<Timer>();

  function change(next: Partial<CommandPicture>): void {
    picture.set({ ...picture.get(), ...next });
  }

  function show(): void {
    showing ??= clock.after(SHOW_MS, () => {
      showing = undefined;
      const complete = OUTPUT_STREAMS.every((name) => streams[name].complete);
      change({ version: picture.get().version + 1, complete });
    });
  }

  function retry(call: () => void): void {
    const timer = clock.after(RETRY_MS, () => {
      retries.delete(timer);
      if (open) call();
    });
    retries.add(timer);
  }

  function setSummary(summary: CommandSummary): void {
    const before = picture.get().summary;
    change({ summary, missing: false, failure: undefined });
    // The last of the output may have come with the end, and only now it is known what was left out.
    if (
      isFinal(summary.state) &&
      (before === undefined || !isFinal(before.state) || before.late !== summary.late)
    )
      for (const name of OUTPUT_STREAMS) pull(name);
  }

  function fetchSummary(): void {
    const asked = told;
    needs.fetchSummary(id).then(
      (summary) => {
        if (!open || asked !== told) return;
        if (summary === undefined) change({ missing: true });
        else setSummary(summary);
      },
      (failure: unknown) => {
        if (!open) return;
        change({ failure });
        if (needs.mayRetry(failure)) retry(fetchSummary);
      },
    );
  }

  function lookSoon(): void {
    const { summary } = picture.get();
    if (summary !== undefined && isFinal(summary.state)) return;
    looking ??= clock.after(LOOK_MS, () => {
      looking = undefined;
      fetchSummary();
    });
  }

  function join(stream: StreamState, piece: Piece): void {
    const taken = stream.buffer.take(piece);
    if (taken === 'added') show();
    else if (taken === 'missing') {
      stream.again = true;
      stream.waiting.push(piece);
      if (stream.waiting.length > MAX_WAITING) stream.waiting.shift();
    }
  }

  async function pullAll(name: OutputStream, stream: StreamState): Promise<void> {
    for (;;) {
      stream.again = false;
      const offset = stream.buffer.next();
      // No page reaches across the place where output may have been left out.
      const limit =
        offset < KEPT_HEAD_BYTES ? Math.min(MAX_OUTPUT_PAGE, KEPT_HEAD_BYTES - offset) : MAX_OUTPUT_PAGE;
      // oxlint-disable-next-line no-await-in-loop -- a page says where the next begins
      let page = await needs.fetchOutput(id, name, offset, limit);
      if (page.next_offset === offset && page.kept_bytes > offset) {
        // A character lies across the border.
        // oxlint-disable-next-line no-await-in-loop -- instead of the page before
        page = await needs.fetchOutput(id, name, offset, MAX_OUTPUT_PAGE);
      }
      if (!open) return;
      if (page.gap !== null) stream.buffer.setGap(page.gap);
      join(stream, page);
      for (const piece of stream.waiting.splice(0)) join(stream, piece);
      const next = stream.buffer.next();
      stream.complete = page.complete && next >= page.kept_bytes;
      show();
      if (next <= offset || (next >= page.kept_bytes && !stream.again)) return;
    }
  }

  function pull(name: OutputStream): void {
    const stream = streams[name];
    stream.again = true;
    if (stream.pulling || !open) return;
    stream.pulling = true;
    pullAll(name, stream).then(
      () => {
        stream.pulling = false;
        // Something was told that could not be read yet.
        if (stream.again && open) retry(() => pull(name));
      },
      (error: unknown) => {
        stream.pulling = false;
        if (open && needs.mayRetry(error)) retry(() => pull(name));
      },
    );
  }

  function fetchAll(): void {
    fetchSummary();
    for (const name of OUTPUT_STREAMS) pull(name);
  }

  function take(event: StreamEvent): void {
    if (event.name === 'reset') fetchAll();
    if (event.name === 'command' && event.data.id === id) {
      told++;
      setSummary(event.data);
    }
    if (event.name === 'output' && event.data.command_id === id) {
      lookSoon();
      const stream = streams[event.data.stream];
      if (stream.pulling) {
        stream.waiting.push(event.data);
        if (stream.waiting.length > MAX_WAITING) stream.waiting.shift();
        stream.again = true;
        return;
      }
      join(stream, event.data);
      if (stream.again) pull(event.data.stream);
    }
  }

  return {
    picture,
    buffers: { stdout: streams.stdout.buffer, stderr: streams.stderr.buffer },
    observe(part) {
      const { summary } = picture.get();
      if (summary !== undefined) change({ summary: { ...summary, ...part } });
    },
    ask: fetchAll,
    watch() {
      open = true;
      let losing: Timer | undefined;
      const close = keepStream(
        needs,
        { topics: 'command,output', command_id: id },
        {
          onPhase(phase) {
            if (phase === 'live') {
              losing?.cancel();
              losing = undefined;
              if (picture.get().stale) change({ stale: false });
            } else if (phase !== 'closed') {
              losing ??= clock.after(LOST_AFTER_MS, () => change({ stale: true }));
            }
          },
          onFresh: fetchAll,
          onEvent: take,
          onRefused: needs.onRefused,
        },
      );
      return () => {
        open = false;
        close();
        losing?.cancel();
        showing?.cancel();
        showing = undefined;
        looking?.cancel();
        looking = undefined;
        for (const timer of retries) timer.cancel();
        retries.clear();
      };
    },
  };
}
