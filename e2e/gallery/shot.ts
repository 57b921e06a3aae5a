/** What a picture of the gallery is taken of. */
import type { Page } from '@playwright/test';

import type { paths } from '../../packages/web/src/paths.ts';

/** What the addresses of the pictures need to know of the made-up fleet. */
export interface Scene {
  readonly url: string;
  /** Ids of hosts by name. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly run: string;
  readonly failedRun: string;
  readonly goingOn: string;
  readonly batch: string;
  readonly rollout: string;
  readonly upgrade: string;
}

type Text = Readonly<Record<'en' | 'zh', string>>;

export interface Shot {
  /** Begins the names of its files. */
  readonly name: string;
  /** Page of the console. */
  readonly route: keyof typeof paths | 'nowhere';
  readonly title: Text;
  readonly caption: Text;
  readonly path: (scene: Scene) => string;
  /** Text or selector that shows that the picture is complete. */
  readonly ready: string | RegExp;
  /** Before the page is opened. */
  readonly before?: (page: Page) => Promise<void>;
  /** Once it is there. */
  readonly act?: (page: Page) => Promise<void>;
  /** As somebody who has not signed in; as somebody elsewhere; of a server without hosts. */
  readonly as?: 'stranger' | 'elsewhere' | 'newcomer' | 'upgrader';
  /** What shows once the server has been stopped: only then the picture is taken. */
  readonly stopped?: RegExp;
  /** In dark as well. */
  readonly dark?: true;
}
