/** Tags of the journeys by language; a project leaves out those that are another's (see `inBothLanguages`). */
export const JOURNEYS = { zh: '@zh-journey', en: '@en-journey' } as const;
