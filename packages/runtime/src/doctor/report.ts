/** What a doctor prints: one line for each finding, or JSON for machines. Pure. */
import type { Language, Text } from '../language.ts';
import type { Redact } from '../log-line.ts';
import type { Found, Level } from './finding.ts';

const WORDS: Readonly<Record<Level, { readonly sign: string; readonly word: Text }>> = {
  ok: { sign: '✓', word: { en: 'ok', zh: '正常' } },
  warning: { sign: '!', word: { en: 'warning', zh: '警告' } },
  fault: { sign: '✗', word: { en: 'fault', zh: '故障' } },
};

/** What moves the cursor, hides or changes direction: some causes quote what a peer said. */
// oxlint-disable-next-line no-control-regex -- finding them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

export interface ReportNeeds {
  readonly program: string;
  readonly version: string;
  readonly language: Language;
  /** Takes secrets out, should one ever be quoted. */
  readonly redact: Redact;
}

const count = (found: readonly Found[], level: Level): number =>
  found.filter((each) => each.level === level).length;

export function textReport(found: readonly Found[], needs: ReportNeeds): string {
  const { program, version, language, redact } = needs;
  const width = Math.max(0, ...found.map(({ id }) => id.length));
  const wordWidth = Math.max(...Object.values(WORDS).map(({ word }) => word[language].length));
  const line = ({ id, level, cause, mend }: Found): string => {
    const { sign, word } = WORDS[level];
    const head = `${sign} ${word[language].padEnd(wordWidth)}  ${id.padEnd(width)}  ${cause[language]}`;
    return printable(redact(mend === undefined ? head : `${head}  → ${mend}`));
  };
  const [faults, warnings] = [count(found, 'fault'), count(found, 'warning')];
  const sum = {
    en: `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    zh: `${faults} 个故障，${warnings} 个警告`,
  };
  return `${[`${program} ${version} doctor`, ...found.map(line), sum[language]].join('\n')}\n`;
}

export function jsonReport(found: readonly Found[], needs: ReportNeeds): string {
  const { program, version, language, redact } = needs;
  const findings = found.map(({ id, level, cause, mend }) => ({
    id,
    level,
    cause: redact(cause[language]),
    ...(mend !== undefined && { mend: redact(mend) }),
  }));
  const counts = { faults: count(found, 'fault'), warnings: count(found, 'warning') };
  return `${JSON.stringify({ program, version, ...counts, findings }, undefined, 2)}\n`;
}
