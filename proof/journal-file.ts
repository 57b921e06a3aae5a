/** Writes into a client's journal what it would have written itself, while the client does not run. */
import { appendFile, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { writeEntry } from '@ops/client/journal/entry.ts';
import { writeRecord } from '@ops/client/journal/record.ts';
import { readSegment, segmentName } from '@ops/client/journal/segment.ts';

/** Another process that began at the start of the machine: whoever has this number now is not it. */
const OTHER_START_TIME = '1';

/** The journal says that the command is the process with this pid, which in truth is somebody else's. */
export async function nameForeignProcess(
  files: readonly string[],
  commandId: string,
  pid: number,
): Promise<void> {
  const [newest] = files
    .filter((file) => segmentName(basename(file)))
    .toSorted((a, b) => segmentName(basename(b))!.number - segmentName(basename(a))!.number);
  if (newest === undefined) throw new Error('there is no journal');
  const { next } = readSegment(await readFile(newest));
  const entry = { k: 'spawned', id: commandId, pid, start_time: OTHER_START_TIME } as const;
  await appendFile(newest, writeRecord(next, writeEntry(entry)));
}
