import { expect, inBothLanguages, LABEL, OURS, test } from './console.ts';

/** What the overview may bring over the line, script and style, compressed, into an empty cache. Bytes. */
const FIRST_LOAD_BYTES = 180_000;

interface Loaded {
  readonly name: string;
  readonly bytes: number;
  readonly uncompressed: number;
}

const LOADED = `performance.getEntriesByType('resource')
  .filter(({ name }) => /\\.(js|css)$/.test(new URL(name).pathname))
  .map(({ name, encodedBodySize, decodedBodySize }) => ({
    name: new URL(name).pathname,
    bytes: encodedBodySize,
    uncompressed: decodedBodySize,
  }))`;

inBothLanguages(() => {
  test('the overview comes with few bytes', async ({ console: ops, context }) => {
    await ops.signIn();
    // Another page of the same session, so that the figure is of one load and not of the sign-in before it.
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    // By its label: others left hosts on this server.
    await page.goto(OURS);
    await expect(page.getByText(LABEL).first()).toBeVisible();
    const loaded = await page.evaluate<Loaded[]>(LOADED);
    const sum = (of: (each: Loaded) => number) => loaded.reduce((total, each) => total + of(each), 0);
    expect(loaded.length).toBeGreaterThan(0);
    expect(sum(({ bytes }) => bytes)).toBeLessThan(sum(({ uncompressed }) => uncompressed) / 2);
    expect(
      sum(({ bytes }) => bytes),
      JSON.stringify(loaded),
    ).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
  });
});
