import type { RolloutHostState, RolloutState, WaveState } from '@ops/protocol/domain/rollout.ts';

import { StateMark } from '../commands/StateLabel.tsx';
import { useRolloutText } from '../text/use-rollout-text.ts';
import {
  HOST_TONES,
  hostStateName,
  isMoving,
  ROLLOUT_TONES,
  rolloutStateName,
  WAVE_TONES,
  waveStateName,
} from './rollout-words.ts';

export function RolloutStateLabel({
  state,
  large,
}: {
  readonly state: RolloutState;
  readonly large?: boolean;
}) {
  const { text } = useRolloutText();
  return (
    <StateMark tone={ROLLOUT_TONES[state]} turning={isMoving(state)} large={large}>
      {rolloutStateName(state, text)}
    </StateMark>
  );
}

export function RolloutHostLabel({ state }: { readonly state: RolloutHostState }) {
  const { text } = useRolloutText();
  return (
    <StateMark tone={HOST_TONES[state]} turning={state === 'changing' || state === 'rolling_back'}>
      {hostStateName(state, text)}
    </StateMark>
  );
}

export function WaveStateLabel({ state }: { readonly state: WaveState }) {
  const { text } = useRolloutText();
  return (
    <StateMark tone={WAVE_TONES[state]} turning={state === 'changing'}>
      {waveStateName(state, text)}
    </StateMark>
  );
}
