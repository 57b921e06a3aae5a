import { ActionIcon, TextInput } from '@mantine/core';
import { OUTPUT_STREAMS } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { downloadOutput } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { useDeferredValue, useId, useMemo, useState } from 'react';

import { addressOf } from '../api/client.ts';
import { usePrinting } from '../browser/use-printing.ts';
import { useSettled } from '../browser/use-settled.ts';
import { isOpen } from '../commands/command-state.ts';
import { useConsole } from '../console.ts';
import { REMEMBERED, recall, remember } from '../preferences/remembered.ts';
import { useCommandText } from '../text/use-command-text.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch, IconTextWrap } from '../ui/icons.ts';
import { Segments } from '../ui/Segments.tsx';
import type { CommandPicture, OutputFeed } from './output-feed.ts';
import { OutputView } from './OutputView.tsx';
import type { Chosen } from './OutputView.tsx';
import { PrintedOutput } from './PrintedOutput.tsx';
import styles from './Output.module.css';

const TYPING_MS = 150;
const MAX_SEARCH = 128;

/** Both streams of a command with what one does to them. */
export function OutputPanel({
  feed,
  picture,
  summary,
}: {
  readonly feed: OutputFeed;
  readonly picture: CommandPicture;
  readonly summary: CommandSummary;
}) {
  const { text, format } = useCommandText();
  const { hrefOf } = useConsole();
  const heading = useId();
  const printing = usePrinting();
  const [picked, setPicked] = useState<OutputStream>();
  const [wrap, setWrap] = useState(() => recall(REMEMBERED.outputWrap) === 'yes');
  const sizes = {
    stdout: Math.max(summary.stdout_bytes, feed.buffers.stdout.next()),
    stderr: Math.max(summary.stderr_bytes, feed.buffers.stderr.next()),
  };
  const stream = picked ?? (sizes.stdout === 0 && sizes.stderr > 0 ? 'stderr' : 'stdout');
  const names = { stdout: text.stdout, stderr: text.stderr };
  const transcript = feed.buffers[stream].transcript();
  const empty = sizes[stream] === 0;
  const live = isOpen(summary);

  const [words, setWords] = useState('');
  const settled = useSettled(words, TYPING_MS);
  const version = useDeferredValue(picture.version);
  const found = useMemo(
    () => transcript.find(settled),
    // oxlint-disable-next-line react/exhaustive-deps -- the transcript changes in place; its version tells
    [transcript, settled, version],
  );
  const [chosen, setChosen] = useState<{ readonly index: number; readonly asked: number }>();
  const match = chosen === undefined ? undefined : found.matches[chosen.index];
  const target: Chosen | undefined =
    match === undefined || chosen === undefined ? undefined : { match, asked: chosen.asked };

  function step(by: 1 | -1): void {
    const asked = (chosen?.asked ?? 0) + 1;
    // Faster than the search: it is the first that is found.
    if (words !== settled) return setChosen({ index: 0, asked });
    const count = found.matches.length;
    if (count === 0) return;
    const from = chosen === undefined ? (by === 1 ? -1 : 0) : chosen.index;
    setChosen({ index: (from + by + count) % count, asked });
  }

  return (
    <section className={styles.panel} aria-labelledby={heading}>
      <header className={styles.head}>
        <h2 id={heading}>{text.output}</h2>
        <Segments
          label={text.stream}
          value={stream}
          onChange={(next) => {
            setPicked(next);
            setChosen(undefined);
          }}
          options={OUTPUT_STREAMS.map((value) => ({
            value,
            name: names[value],
            aside: format.bytes(sizes[value]),
          }))}
        />
        <div className={styles.tools}>
          <TextInput
            className={styles.search}
            size="xs"
            type="search"
            aria-label={text.searchOutput}
            placeholder={text.searchOutput}
            maxLength={MAX_SEARCH}
            autoComplete="off"
            spellCheck={false}
            leftSection={<IconSearch size={15} stroke={1.7} />}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              setChosen(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              event.preventDefault();
              step(event.shiftKey ? -1 : 1);
            }}
          />
          {settled !== '' && (
            <>
              <span className={styles.count} role="status">
                {text.matches(
                  match === undefined || chosen === undefined ? 0 : chosen.index + 1,
                  format.number(found.matches.length),
                  found.more,
                )}
              </span>
              <ActionIcon aria-label={text.previousMatch} title={text.previousMatch} onClick={() => step(-1)}>
                <IconChevronUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon aria-label={text.nextMatch} title={text.nextMatch} onClick={() => step(1)}>
                <IconChevronDown size={16} aria-hidden />
              </ActionIcon>
            </>
          )}
          <ActionIcon
            aria-label={text.wrapLines}
            title={text.wrapLines}
            aria-pressed={wrap}
            variant={wrap ? 'light' : 'subtle'}
            onClick={() => {
              remember(REMEMBERED.outputWrap, wrap ? 'no' : 'yes');
              setWrap(!wrap);
            }}
          >
            <IconTextWrap size={16} aria-hidden />
          </ActionIcon>
          <CopyButton
            label={text.copyOutput}
            value={() => transcript.shown((bytes) => text.outputGap(format.bytes(bytes)))}
          />
          <ActionIcon
            aria-label={text.downloadOutput}
            title={text.downloadOutput}
            renderRoot={(props) => (
              <a
                {...props}
                href={hrefOf(addressOf(downloadOutput, {}, { command_id: summary.id, stream }))}
                download
              />
            )}
          >
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </div>
      </header>
      {empty ? (
        <p className={styles.empty}>
          {live ? text.noOutputYet : picture.complete ? text.noOutput : text.loading}
        </p>
      ) : printing ? (
        <PrintedOutput transcript={transcript} />
      ) : (
        <OutputView
          // Another stream is another text: it begins where it should.
          key={stream}
          transcript={transcript}
          version={picture.version}
          wrap={wrap}
          live={live}
          label={names[stream]}
          matches={found.matches}
          chosen={target}
        />
      )}
    </section>
  );
}
