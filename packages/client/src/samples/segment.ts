/** One file of kept samples: JSON lines, oldest first. Pure reading and writing of its text. */
import { timedSample } from '@ops/protocol/domain/sample.ts';
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import { decode } from '@ops/protocol/schema.ts';

const NAME = /^samples-(\d{10})\.jsonl$/;

export function segmentName(number: number): string {
  return `samples-${String(number).padStart(10, '0')}.jsonl`;
}

/** Undefined when the file is none of ours. */
export function segmentNumber(name: string): number | undefined {
  const found = NAME.exec(name);
  return found ? Number(found[1]) : undefined;
}

export function writeLines(samples: readonly TimedSample[]): string {
  return samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
}

function readLine(line: string): TimedSample | undefined {
  try {
    return decode(timedSample, JSON.parse(line));
  } catch {
    // Torn by a crash, or damaged: it costs this sample.
    return undefined;
  }
}

export function readLines(text: string): TimedSample[] {
  return text.split('\n').flatMap((line) => readLine(line) ?? []);
}
