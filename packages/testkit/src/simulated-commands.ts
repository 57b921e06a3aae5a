/**
 * What a simulated client does with commands: it journals them in memory, answers as a host would that takes no time,
 * and keeps each result until the server says that it is stored.
 *
 *   (unknown) ──command──► held ──told to answer──► finished ──result_ack──► remembered
 *                             └──cancel──► finished, `cancelled`
 *
 * A command that is known already is not "executed" again: it is answered with what is known, and counted.
 */
import type { ClientMessage, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

/** When a command is answered: as it comes, or when the fleet is told to. */
export type Answering = 'at-once' | 'when-told';

export interface CommandCounters {
  /** Commands that came for the first time: each is one execution. */
  executed: number;
  /** Commands that came again although their id was known. */
  repeated: number;
  answered: number;
  acknowledged: number;
  /** Held back until the fleet is told to answer. */
  held: number;
}

/** What happens to commands, told as it happens. */
export interface CommandWatch {
  answered(commandId: string): void;
  acknowledged(commandId: string): void;
}

export function createCommandCounters(): CommandCounters {
  return { executed: 0, repeated: 0, answered: 0, acknowledged: 0, held: 0 };
}

interface Kept {
  readonly startedAt: number;
  outcome: 'running' | 'completed' | 'cancelled';
}

type Command = MessageOf<'command' | 'service' | 'update'>;

export interface SimulatedCommands {
  /** For `register`. */
  readonly lastSeq: number;
  unacknowledged(): MessageOf<'register'>['commands'];
  /** What `registered` asks for again: everything that is finished and not acknowledged. */
  registered(): void;
  handle(message: ServerMessage): void;
  /** Answers the oldest command that is held. @returns false when there is none */
  answerOne(): boolean;
}

export interface SimulatedCommandsNeeds {
  readonly answering: Answering;
  /** What every command prints. */
  readonly output: string;
  readonly counters: CommandCounters;
  readonly watch?: CommandWatch;
  readonly clock: Clock;
  /** Sends them in one write. */
  readonly send: (messages: readonly ClientMessage[]) => void;
}

export function createSimulatedCommands(needs: SimulatedCommandsNeeds): SimulatedCommands {
  const { answering, output, counters, watch, clock, send } = needs;
  const kept = new Map<string, Kept>();
  const remembered = new Set<string>();
  const held: string[] = [];
  let lastSeq = 0;

  function answer(id: string, { startedAt, outcome }: Kept): ClientMessage[] {
    const bytes = outcome === 'completed' ? Buffer.byteLength(output) : 0;
    const chunks = bytes > 0 ? 1 : 0;
    const result: ClientMessage = {
      type: 'command_result',
      command_id: id,
      outcome: outcome === 'cancelled' ? 'cancelled' : 'completed',
      exit_code: outcome === 'cancelled' ? null : 0,
      signal: null,
      error: null,
      chunks,
      stdout_bytes: bytes,
      stderr_bytes: 0,
      truncated: false,
      started_at: startedAt,
      duration_ms: Math.max(0, Math.floor(clock.wall()) - startedAt),
    };
    if (chunks === 0) return [result];
    const piece = {
      type: 'command_output',
      command_id: id,
      seq: 0,
      stream: 'stdout',
      data: output,
      encoding: 'utf8',
    } as const;
    return [piece, result];
  }

  function finish(id: string, outcome: 'completed' | 'cancelled'): ClientMessage[] {
    const entry = kept.get(id);
    if (!entry || entry.outcome !== 'running') return [];
    entry.outcome = outcome;
    counters.answered++;
    watch?.answered(id);
    return answer(id, entry);
  }

  function take(command: Command): void {
    const id = command.command_id;
    lastSeq = Math.max(lastSeq, command.seq);
    const known = kept.get(id);
    if (known || remembered.has(id)) {
      counters.repeated++;
      if (known && known.outcome !== 'running') send(answer(id, known));
      return;
    }
    counters.executed++;
    const startedAt = Math.floor(clock.wall());
    kept.set(id, { startedAt, outcome: 'running' });
    const accepted: ClientMessage = { type: 'command_accepted', command_id: id, started_at: startedAt };
    if (answering === 'at-once') {
      send([accepted, ...finish(id, 'completed')]);
      return;
    }
    held.push(id);
    counters.held++;
    send([accepted]);
  }

  function letGo(id: string): void {
    const at = held.indexOf(id);
    if (at < 0) return;
    held.splice(at, 1);
    counters.held--;
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    unacknowledged: () =>
      [...kept].map(([id, { outcome }]) => ({
        command_id: id,
        state: outcome === 'running' ? 'running' : 'finished',
        chunks: outcome === 'completed' && output !== '' ? 1 : 0,
      })),
    registered() {
      for (const [id, entry] of kept) if (entry.outcome !== 'running') send(answer(id, entry));
    },
    handle(message) {
      if (message.type === 'command' || message.type === 'service' || message.type === 'update')
        take(message);
      else if (message.type === 'result_ack') {
        if (!kept.delete(message.command_id)) return;
        remembered.add(message.command_id);
        counters.acknowledged++;
        watch?.acknowledged(message.command_id);
      } else if (message.type === 'cancel') {
        letGo(message.command_id);
        send(finish(message.command_id, 'cancelled'));
      } else if (message.type === 'output_missing') {
        const entry = kept.get(message.command_id);
        if (entry && entry.outcome !== 'running') send(answer(message.command_id, entry));
      }
    },
    answerOne() {
      const id = held.shift();
      if (id === undefined) return false;
      counters.held--;
      send(finish(id, 'completed'));
      return true;
    },
  };
}
