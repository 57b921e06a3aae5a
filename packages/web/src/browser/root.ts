/** Where the console lies: `/`, or `/ops/` behind a proxy that serves it below a prefix. */

/**
 * Pure. The path of the root, with a slash at its end.
 * @param way from the page to the root, as the server wrote it into the page; as built, where no server has
 * @param page address of the page
 */
export function rootOf(way: string | undefined, page: string): string {
  return way?.startsWith('.') === true ? new URL(way, page).pathname : '/';
}

/** Of the page that is open. Ask at its start: the address changes, and what the server wrote does not. */
export function pageRoot(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="ops-root"]');
  return rootOf(meta?.content, window.location.href);
}

/** Turns a path of the server (`/api/clients`) into the address at which this page reaches it. */
export type HrefOf = (path: string) => string;

/** Pure. @param root as `rootOf` gives it */
export function hrefBelow(root: string): HrefOf {
  return (path) => root + path.replace(/^\//, '');
}
