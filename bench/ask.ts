/**
 * Questions and answers between this process and a child with an IPC channel, paired by a number. What is in them is
 * not checked: both ends are in this folder.
 */
import type { ChildProcess } from 'node:child_process';

import type { FleetOptions } from '@ops/testkit/fleet.ts';
import { within } from '@ops/testkit/until.ts';

/** To the process of the simulated clients, and to the probe that is in every measured process. */
type AskedOfFleet =
  | { readonly ask: 'start'; readonly about: Omit<FleetOptions, 'clock' | 'random'> }
  | { readonly ask: 'all-ready'; readonly about: { readonly withinMs: number } }
  | { readonly ask: 'report' | 'reset-round-trips' };
interface AskedOfProbe {
  readonly ask: 'loop-reset';
}
type Asked = AskedOfFleet | AskedOfProbe | AskedOfClients;

interface Numbered {
  readonly number: number;
}
/** To a process of real clients. */
interface AskedOfClients {
  readonly ask: 'spawn-uptime';
  readonly about: { readonly times: number };
}
type ClientsQuestion = AskedOfClients & Numbered;

export type FleetQuestion = AskedOfFleet & Numbered;
export type Question = FleetQuestion | ClientsQuestion | (AskedOfProbe & Numbered);

export interface Answer<T> {
  readonly number: number;
  readonly answer: T;
  /** Set when the question could not be answered. */
  readonly failure?: string;
}

function isNumbered(value: unknown): value is Numbered {
  return typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'number';
}

export function isQuestion(value: unknown): value is Question {
  return isNumbered(value) && 'ask' in value;
}

function isAnswerTo<T>(number: number, value: unknown): value is Answer<T> {
  return isNumbered(value) && value.number === number && 'answer' in value;
}

let asked = 0;

/** @throws Error when the child fails, ends, or takes too long */
export function ask<T>(child: ChildProcess, question: Asked, limitMs = 10_000): Promise<T> {
  const number = ++asked;
  const answered = new Promise<T>((resolve, reject) => {
    const finish = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: unknown): void => {
      if (!isAnswerTo<T>(number, message)) return;
      finish();
      if (message.failure === undefined) resolve(message.answer);
      else reject(new Error(message.failure));
    };
    const onExit = (): void => {
      finish();
      reject(new Error(`the child ended before it answered '${question.ask}'`));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send({ ...question, number });
  });
  return within(answered, { within: limitMs, what: `an answer to '${question.ask}'` });
}
