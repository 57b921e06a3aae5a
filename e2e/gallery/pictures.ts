/** Which pictures come of the table: in each language, on each screen, some in dark as well. */
import type { Shot } from './shot.ts';
import { SHOTS } from './shots.ts';

const LANGUAGES = ['zh', 'en'] as const;

/** Screens a picture is taken on. */
export const SCREENS = {
  wide: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

export interface Picture {
  readonly shot: Shot;
  readonly language: (typeof LANGUAGES)[number];
  readonly screen: keyof typeof SCREENS;
  readonly scheme: 'light' | 'dark';
  /** In docs/gallery. */
  readonly file: string;
}

/** Every picture there is to be, in the order of the table. */
export const PICTURES: readonly Picture[] = SHOTS.flatMap((shot) =>
  LANGUAGES.flatMap((language) => [
    ...(['wide', 'phone'] as const).map((screen): Picture => {
      const file = `${shot.name}-${language}-${screen}.webp`;
      return { shot, language, screen, scheme: 'light', file };
    }),
    ...(shot.dark
      ? [
          {
            shot,
            language,
            screen: 'wide',
            scheme: 'dark',
            file: `${shot.name}-${language}-dark.webp`,
          } as const,
        ]
      : []),
  ]),
);
