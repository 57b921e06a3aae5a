/** A clock this far away upsets what depends on it: authentication allows 30 seconds. */
export const CLOCK_WORRY_MS = 10_000;
