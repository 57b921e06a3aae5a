/** Verbs: what the first operand of some commands asks for, each with operands and options of its own. */
import type { Command, Surroundings } from './command.ts';
import { SHARED_OPTIONS } from './command.ts';
import { optionsOf, usageFault } from './command-line.ts';
import type { ExitStatus } from './exit-status.ts';

export interface Verb {
  /** After the verb. */
  readonly operands: string;
  readonly count: readonly [min: number, max: number];
  /** Names of the options of the command it takes, besides those of every command. */
  readonly options: readonly string[];
  run(surroundings: Surroundings, operands: readonly string[]): Promise<ExitStatus>;
}

/** `start|stop APP HOST | update APP HOST VERSION`: those with the same operands together. */
export function verbSyntax(verbs: Readonly<Record<string, Verb>>): string {
  const alike = Map.groupBy(Object.entries(verbs), ([, { operands }]) => operands);
  return [...alike]
    .map(([operands, entries]) => `${entries.map(([name]) => name).join('|')} ${operands}`)
    .join(' | ');
}

/** @throws Ending with status 2 for operands or options that are not the verb's */
export function runVerb(
  command: Command,
  [name, verb]: readonly [name: string, verb: Verb],
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const { given } = surroundings;
  const operands = given.operands.slice(1);
  const [min, max] = verb.count;
  if (operands.length < min || operands.length > max)
    throw usageFault(`it is opsctl ${command.name} ${name} ${verb.operands}`);
  checkOptions(command, verb.options, surroundings, name);
  return verb.run(surroundings, operands);
}

/** @throws Ending with status 2 when an option is given that is not among these */
export function checkOptions(
  command: Command,
  allowed: readonly string[],
  { given }: Surroundings,
  verb?: string,
): void {
  const known = [...allowed, ...SHARED_OPTIONS.map(({ name }) => name)];
  const wrong = optionsOf(command).find(({ name }) => given.flag(name) && !known.includes(name));
  if (wrong) throw usageFault(`${[command.name, verb].join(' ').trim()} takes no --${wrong.name}`);
}
