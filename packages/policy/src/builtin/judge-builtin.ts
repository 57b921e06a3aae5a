/** The verdict on a built-in command: its grammar, then what must hold between its arguments. */
import { readArguments } from '../grammar.ts';
import type { Fault } from '../grammar.ts';
import { badArgument } from '../refusal.ts';
import { outOfBounds } from '../tokenize.ts';
import type { Refusal, Verdict } from '../verdict.ts';
import type { Builtin } from './builtin.ts';

const refuse = ({ token, problem, advice }: Fault): Refusal => badArgument(token, problem, advice);

/** @param args after the name */
export function judgeBuiltin(builtin: Builtin, args: readonly string[]): Verdict {
  const reading = readArguments(builtin.name, builtin.grammar, args);
  if ('fault' in reading) return refuse(reading.fault);
  const settled = builtin.settle?.(reading.parts) ?? { args };
  if ('fault' in settled) return refuse(settled.fault);
  const argv = [builtin.name, ...settled.args];
  // What is added must not make what runs larger than what may be asked for.
  const bounds = outOfBounds(argv);
  if (bounds) return bounds;
  return {
    ok: true,
    kind: builtin.answer === undefined ? 'program' : 'answer',
    argv,
    normalised: argv.join(' '),
    ...(settled.otherwise === undefined ? {} : { otherwise: settled.otherwise }),
    ...(builtin.answer === undefined ? {} : { answer: builtin.answer }),
  };
}
