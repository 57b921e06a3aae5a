/**
 * The verdict on a command from the configuration. Its rules are read from left to right, each once unless it is
 * optional or repeatable; every way of reading is followed at once, so nothing is tried twice.
 */
import type { ArgumentRule, CustomCommand } from './custom-command.ts';
import { compilePattern } from './pattern.ts';
import { badArgument } from './refusal.ts';
import { isBeneath } from './script-path.ts';
import type { Sentence } from './sentence.ts';
import type { Verdict } from './verdict.ts';

interface Place {
  readonly what: Sentence;
  readonly skip: boolean;
  readonly again: boolean;
  accepts(token: string): boolean;
}

/** @throws BadPattern */
export function customJudge(command: CustomCommand): (args: readonly string[]) => Verdict {
  const places = command.args.map(placeOf);
  return (args) => {
    const wrong = firstWrong(places, args);
    if (wrong !== undefined) {
      const { token, expected } = wrong;
      return badArgument(
        token,
        token === ''
          ? { zh: `缺少 ${command.name} 的参数`, en: `lacks an argument of ${command.name}` }
          : {
              zh: `不是 ${command.name} 在此处的参数`,
              en: `is no argument of ${command.name} in this place`,
            },
        expected,
      );
    }
    const argv = [command.name, ...args];
    return {
      ok: true,
      kind: 'program',
      argv,
      normalised: argv.join(' '),
      path: command.path,
      ...(command.maxSecs === undefined ? {} : { maxSecs: command.maxSecs }),
    };
  };
}

function placeOf(rule: ArgumentRule): Place {
  const { skip, again } = { skip: rule.optional ?? false, again: rule.repeatable ?? false };
  if ('literal' in rule) {
    const { literal } = rule;
    return { skip, again, what: { zh: literal, en: literal }, accepts: (token) => token === literal };
  }
  if ('enum' in rule) {
    const choices = rule.enum;
    return {
      skip,
      again,
      what: { zh: `${choices.join('、')} 之一`, en: `one of ${choices.join(', ')}` },
      accepts: (token) => choices.includes(token),
    };
  }
  if ('pattern' in rule) {
    const { pattern, max } = rule;
    const compiled = compilePattern(pattern);
    return {
      skip,
      again,
      what: {
        zh: `匹配 ${pattern} 的文字，至多 ${max} 个字符，不以 - 开头`,
        en: `text that matches ${pattern}, at most ${max} characters, not beginning with -`,
      },
      // An option is only what a literal or an enum names.
      accepts: (token) => !token.startsWith('-') && token.length <= max && compiled.test(token),
    };
  }
  const { pathUnder } = rule;
  return {
    skip,
    again,
    what: { zh: `${pathUnder} 之下的绝对路径`, en: `an absolute path beneath ${pathUnder}` },
    accepts: (token) =>
      isBeneath(token, pathUnder) &&
      token
        .slice(1)
        .split('/')
        .every((part) => part !== '' && part !== '.' && part !== '..'),
  };
}

interface Wrong {
  /** Empty: something is missing at the end. */
  readonly token: string;
  readonly expected: Sentence;
}

function firstWrong(places: readonly Place[], args: readonly string[]): Wrong | undefined {
  const end = places.length;
  let ready = new Set(passOver(places, [0]));
  for (const token of args) {
    const after: number[] = [];
    for (const index of ready) {
      const place = places[index];
      if (!place?.accepts(token)) continue;
      after.push(index + 1);
      if (place.again) after.push(index);
    }
    if (after.length === 0) return { token, expected: expectedAt(places, ready) };
    ready = new Set(passOver(places, after));
  }
  return ready.has(end) ? undefined : { token: '', expected: expectedAt(places, ready) };
}

function* passOver(places: readonly Place[], from: readonly number[]): Generator<number> {
  for (const start of from) {
    let index = start;
    yield index;
    while (places[index]?.skip) yield ++index;
  }
}

function expectedAt(places: readonly Place[], ready: ReadonlySet<number>): Sentence {
  const possible = [...ready].flatMap((index) => places[index] ?? []);
  if (possible.length === 0) return { zh: '此处不再有参数', en: 'nothing more may follow' };
  return {
    zh: `应为${possible.map(({ what }) => what.zh).join('；或')}`,
    en: `it must be ${possible.map(({ what }) => what.en).join('; or ')}`,
  };
}
