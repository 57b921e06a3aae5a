/** Reads the command line against the table of a command. Long options are whole words. Pure. */
import { parseArgs } from 'node:util';

import { didYouMean } from '@ops/runtime/nearest.ts';

import { SHARED_OPTIONS } from './command.ts';
import type { Command, Given, Option } from './command.ts';
import { Ending, EXIT } from './exit-status.ts';

export const usageFault = (message: string): Ending => new Ending(EXIT.usage, message);

/** Options of a command with those of every command. */
export const optionsOf = (command: Command): readonly Option[] => [...command.options, ...SHARED_OPTIONS];

/** @throws Ending with status 2 */
export function readCommandLine(command: Command, args: readonly string[]): Given {
  const options = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ name, short, value }) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
      ]),
    ),
  });
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      operands.push(token.value);
      continue;
    }
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) {
      const known = options.map(({ name }) => `--${name}`);
      throw usageFault(`unknown option ${JSON.stringify(token.rawName)}${didYouMean(token.rawName, known)}`);
    }
    if (option.value === undefined && token.value !== undefined)
      throw usageFault(`option --${option.name} takes no value`);
    if (option.value !== undefined && (token.value === undefined || token.value === ''))
      throw usageFault(`option --${option.name} needs ${option.value}`);
    // Another option, or the end of options, where the value should be; a lone - is the standard input.
    if (!token.inlineValue && token.value !== undefined && /^-./.test(token.value))
      throw usageFault(`option --${option.name} needs ${option.value}`);
    const before = values.get(option.name) ?? [];
    if (before.length > 0 && !option.many) throw usageFault(`option --${option.name} is given twice`);
    values.set(option.name, [...before, token.value ?? '']);
  }
  const [min, max] = command.count;
  if (!values.has('help')) {
    if (operands.length < min) throw usageFault(`${command.name} needs ${command.operands ?? 'more'}`);
    if (operands.length > max) throw usageFault(`unexpected argument ${JSON.stringify(operands[max])}`);
  }
  return {
    operands,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
    number(name, bounds) {
      const text = values.get(name)?.[0];
      if (text === undefined) return undefined;
      const number = Number(text);
      if (!/^\d{1,9}$/.test(text) || number < bounds.min || number > bounds.max)
        throw usageFault(`--${name} must be a whole number from ${bounds.min} to ${bounds.max}`);
      return number;
    },
  };
}
