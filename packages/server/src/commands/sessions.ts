/** Which client is connected now, what its journal said when it registered, and how far its numbering has come. */
import type { ClientLink } from '../fleet/fleet.ts';
import type { SequenceStep } from './steps.ts';

export interface ClientSession {
  readonly clientId: string;
  readonly link: ClientLink;
  /** Of the journal of the client. */
  readonly epoch: string;
  /** The journal has not gone back. */
  readonly historyFits: boolean;
  /** `registered` was sent: commands may follow. */
  ready: boolean;
  /** Commands that are being made for this session, and not in the index yet. */
  reserved: number;
}

interface Numbering {
  lastSeq: number;
  epoch: string | null;
  acknowledgedSeq: number;
  lostAtMs: number | null;
}

/** What a client's journal was found to be: another one than before, or an older state of the same. */
export type JournalLoss = 'another' | 'older';

export interface Sessions {
  load(sequences: readonly SequenceStep[]): void;
  /**
   * @param nowMs wall clock
   * @returns the session, whether the numbering has changed and is to be stored, and whether the journal of a client
   *   that has run something is not the one it was: what it knew of those commands may be lost
   */
  open(
    link: ClientLink,
    report: { readonly clientId: string; readonly journalEpoch: string; readonly lastSeq: number },
    nowMs: number,
  ): { readonly session: ClientSession; readonly changed: boolean; readonly lost: JournalLoss | undefined };
  /** When its journal was lost last, by the wall clock. */
  lostAtMs(clientId: string): number | null;
  get(clientId: string): ClientSession | undefined;
  /** Only if `link` is still the client's. */
  close(clientId: string, link: ClientLink): void;
  nextSeq(clientId: string): number;
  /** The client has this command in its journal. Stored with the command itself; `load` puts the two together. */
  acknowledge(clientId: string, epoch: string | null, seq: number): void;
  /** As it is to be stored. */
  sequence(clientId: string): SequenceStep;
}

export function createSessions(): Sessions {
  const sessions = new Map<string, ClientSession>();
  const numberings = new Map<string, Numbering>();

  function numbering(clientId: string): Numbering {
    let found = numberings.get(clientId);
    if (!found) {
      found = { lastSeq: 0, epoch: null, acknowledgedSeq: 0, lostAtMs: null };
      numberings.set(clientId, found);
    }
    return found;
  }

  function sequence(clientId: string): SequenceStep {
    return { kind: 'sequence', clientId, ...numbering(clientId) };
  }

  return {
    load(sequences) {
      for (const { clientId, lastSeq, epoch, acknowledgedSeq, lostAtMs } of sequences)
        numberings.set(clientId, { lastSeq, epoch, acknowledgedSeq, lostAtMs });
    },
    open(link, { clientId, journalEpoch, lastSeq }, nowMs) {
      const known = numberings.get(clientId);
      const numbers = numbering(clientId);
      const lost = lossOf(numbers, journalEpoch, lastSeq);
      if (lost) numbers.lostAtMs = nowMs;
      // Numbers belong to a journal: in another one nothing has been acknowledged yet.
      if (numbers.epoch !== journalEpoch) numbers.acknowledgedSeq = 0;
      const historyFits = lastSeq >= numbers.acknowledgedSeq;
      const changed =
        (known !== undefined || lastSeq > 0) &&
        (numbers.epoch !== journalEpoch || lastSeq > numbers.acknowledgedSeq || lastSeq > numbers.lastSeq);
      numbers.epoch = journalEpoch;
      numbers.acknowledgedSeq = Math.max(numbers.acknowledgedSeq, lastSeq);
      // A server that was put back from a copy must not number what the client has numbered already.
      numbers.lastSeq = Math.max(numbers.lastSeq, lastSeq);
      const session: ClientSession = {
        clientId,
        link,
        epoch: journalEpoch,
        historyFits,
        ready: false,
        reserved: 0,
      };
      sessions.set(clientId, session);
      return { session, changed: changed || lost !== undefined, lost };
    },
    lostAtMs: (clientId) => numberings.get(clientId)?.lostAtMs ?? null,
    get: (clientId) => sessions.get(clientId),
    close(clientId, link) {
      if (sessions.get(clientId)?.link === link) sessions.delete(clientId);
    },
    nextSeq: (clientId) => ++numbering(clientId).lastSeq,
    acknowledge(clientId, epoch, seq) {
      const numbers = numbering(clientId);
      if (numbers.epoch === epoch && seq > numbers.acknowledgedSeq) numbers.acknowledgedSeq = seq;
    },
    sequence,
  };
}

/** A client that was never sent anything has nothing to lose. */
function lossOf(known: Numbering, epoch: string, lastSeq: number): JournalLoss | undefined {
  if (known.epoch === null || known.lastSeq === 0) return undefined;
  if (known.epoch !== epoch) return 'another';
  return lastSeq < known.acknowledgedSeq ? 'older' : undefined;
}
