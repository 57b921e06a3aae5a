import type { RolloutSummary, WaveReport } from '@ops/protocol/http/rollouts.ts';

import { ProgressBar } from '../../rollouts/ProgressBar.tsx';
import { hostStateName, readingName, readingValue } from '../../rollouts/rollout-words.ts';
import { WaveStateLabel } from '../../rollouts/RolloutLabels.tsx';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import styles from './WaveTrack.module.css';

/** States worth a figure under a wave, in the order of a host's life. */
const COUNTED = [
  'changing',
  'changed',
  'healthy',
  'failed',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
  'left',
] as const;

/** The waves one after the other, with what the gate of each has seen; a press lists the hosts of one. */
export function WaveTrack({
  rollout,
  now,
  chosen,
  onChoose,
}: {
  readonly rollout: RolloutSummary;
  readonly now: number;
  /** Number of a wave, counted from one. */
  readonly chosen: string | undefined;
  readonly onChoose: (wave: string | undefined) => void;
}) {
  const { text } = useRolloutText();
  return (
    <ol className={styles.track} aria-label={text.track}>
      {rollout.waves.map((wave, index) => {
        const number = String(index + 1);
        return (
          // oxlint-disable-next-line react/no-array-index-key -- a wave is its place
          <li key={number} className={styles.wave} data-state={wave.state}>
            <Wave
              wave={wave}
              number={index + 1}
              left={soakLeft(wave, rollout.gate.soak_secs, now)}
              chosen={chosen === number}
              onChoose={() => onChoose(chosen === number ? undefined : number)}
            />
          </li>
        );
      })}
    </ol>
  );
}

/** Milliseconds the wave is still watched; undefined when it is not. */
function soakLeft(wave: WaveReport, soakSecs: number, now: number): number | undefined {
  if (wave.state !== 'soaking' || wave.soak_started_at_ms === null) return undefined;
  return Math.max(0, wave.soak_started_at_ms + soakSecs * 1000 - now);
}

function Wave({
  wave,
  number,
  left,
  chosen,
  onChoose,
}: {
  readonly wave: WaveReport;
  readonly number: number;
  readonly left: number | undefined;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  const { text, format } = useRolloutText();
  const counted = COUNTED.filter((state) => (wave.counts[state] ?? 0) > 0);
  return (
    <>
      <button type="button" className={styles.choose} aria-pressed={chosen} onClick={onChoose}>
        <span className={styles.line}>
          <span className={styles.name}>{text.waveName(number)}</span>
          <span className={styles.hosts}>{text.hostsCount(wave.hosts, format)}</span>
        </span>
        <WaveStateLabel state={wave.state} />
        <ProgressBar counts={wave.counts} />
      </button>
      <p className={styles.counts}>
        {counted.length === 0
          ? '\u00a0'
          : counted
              .map((state) => `${hostStateName(state, text)} ${format.number(wave.counts[state] ?? 0)}`)
              .join(' · ')}
      </p>
      {left !== undefined && (
        <p className={styles.soak} role="timer">
          {text.soakLeft(format.countdown(left))}
        </p>
      )}
      {wave.readings.length > 0 && wave.state !== 'waiting' && (
        <table className={styles.readings} aria-label={text.findings}>
          <thead>
            <tr>
              <th scope="col">{text.readingField}</th>
              <th scope="col">{text.changedHosts}</th>
              <th scope="col">{text.unchangedHosts}</th>
            </tr>
          </thead>
          <tbody>
            {wave.readings.map(({ reading, changed, unchanged, max_above: above }) => (
              <tr key={reading} data-over={isOver(changed, unchanged, above) || undefined}>
                <th scope="row">{readingName(reading, text)}</th>
                <td>{readingValue(reading, changed, format)}</td>
                <td>
                  {unchanged === null ? text.nothingToCompare : readingValue(reading, unchanged, format)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function isOver(changed: number | null, unchanged: number | null, above: number): boolean {
  return changed !== null && unchanged !== null && changed - unchanged > above;
}
