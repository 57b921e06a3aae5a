/** What list and grid are drawn with, besides the applications themselves. */
import type { ActionsByApp } from '../../live/apps-live.ts';
import type { AppDrift } from '@ops/protocol/domain/app-drift.ts';
import type { Selection } from './selection.ts';

export interface AppsView {
  /** By `appKey`, as everything here. */
  readonly drift: ReadonlyMap<string, AppDrift>;
  readonly actions: ActionsByApp;
  readonly mayRun: boolean;
  /** What keeps the reader from acting on any of them. */
  readonly hindrance: string | undefined;
  readonly selection: Selection;
  readonly choose: (keys: readonly string[], on: boolean) => void;
}
