import { Skeleton } from '@mantine/core';
import { OUTPUT_STREAMS } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { BatchGroup } from '@ops/protocol/http/batches.ts';
import { commandOutput, MAX_OUTPUT_PAGE } from '@ops/protocol/http/commands.ts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useConsole } from '../../console.ts';
import { diffLines, diffRows } from '../../output/diff.ts';
import { createTranscript } from '../../output/transcript.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import styles from './Groups.module.css';

/** Rows of a difference that are drawn. */
const MAX_SHOWN = 1000;
const COLUMNS = 1000;

interface Text {
  readonly lines: readonly string[];
  /** There is more than was read. */
  readonly cut: boolean;
}

/** The beginning of the output of a command, as it is shown, by lines. */
function useOutput(commandId: string, stream: OutputStream) {
  const { api } = useConsole();
  return useQuery({
    queryKey: ['output', commandId, stream],
    staleTime: Infinity,
    async queryFn({ signal }): Promise<Text> {
      const query = { command_id: commandId, stream, offset: 0, limit: MAX_OUTPUT_PAGE };
      const page = await api.call(commandOutput, { query, signal });
      const transcript = createTranscript(COLUMNS);
      transcript.append(page.text);
      const lines = transcript.shown(() => '').split('\n');
      // What stands behind the last line end is no line.
      if (lines.at(-1) === '') lines.pop();
      return { lines, cut: page.next_offset < page.kept_bytes };
    },
  });
}

/** How the output of a group differs from that of the largest. */
export function GroupDiff({ before, after }: { readonly before: BatchGroup; readonly after: BatchGroup }) {
  const differing = OUTPUT_STREAMS.filter((stream) => {
    const bytes = `${stream}_bytes` as const;
    return before[bytes] > 0 || after[bytes] > 0;
  });
  return (
    <div className={styles.diffs}>
      {differing.map((stream) => (
        <StreamDiff key={stream} stream={stream} before={before.command_id} after={after.command_id} />
      ))}
    </div>
  );
}

function StreamDiff({
  stream,
  before,
  after,
}: {
  readonly stream: OutputStream;
  readonly before: string;
  readonly after: string;
}) {
  const { text, format } = useCommandText();
  const old = useOutput(before, stream);
  const now = useOutput(after, stream);
  const rows = useMemo(() => {
    if (old.data === undefined || now.data === undefined) return undefined;
    const parts = diffLines(old.data.lines, now.data.lines);
    return parts === undefined ? 'too far' : diffRows(parts);
  }, [old.data, now.data]);
  const name = { stdout: text.stdout, stderr: text.stderr }[stream];
  const isSame = Array.isArray(rows) && rows.every((row) => row.kind === 'same' || row.kind === 'skipped');

  return (
    <section className={styles.diff} aria-label={name}>
      <h3>
        {name}
        <span className={styles.legend}>
          <ins>+ {text.diffAdded}</ins> <del>− {text.diffRemoved}</del>
        </span>
      </h3>
      {old.isError || now.isError ? (
        <p className={styles.note}>{text.diffFailed}</p>
      ) : rows === undefined ? (
        <Skeleton height="4rem" />
      ) : rows === 'too far' ? (
        <p className={styles.note}>{text.diffTooFar}</p>
      ) : isSame ? (
        <p className={styles.note}>{text.diffSame}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
        <div className={styles.diffBox} role="region" tabIndex={0} aria-label={name}>
          {rows.slice(0, MAX_SHOWN).map((row, index) =>
            row.kind === 'skipped' ? (
              <div key={index} className={styles.skipped}>
                {text.diffSkipped(format.number(row.count))}
              </div>
            ) : (
              <div key={index} className={styles.diffRow} data-kind={row.kind}>
                <span aria-hidden>{{ added: '+', removed: '−', same: ' ' }[row.kind]}</span>
                {row.kind === 'added' ? <ins>{row.line}</ins> : null}
                {row.kind === 'removed' ? <del>{row.line}</del> : null}
                {row.kind === 'same' ? row.line : null}
              </div>
            ),
          )}
          {rows.length > MAX_SHOWN && <div className={styles.skipped}>…</div>}
        </div>
      )}
      {(old.data?.cut === true || now.data?.cut === true) && (
        <p className={styles.note}>{text.diffCut(format.bytes(MAX_OUTPUT_PAGE))}</p>
      )}
    </section>
  );
}
