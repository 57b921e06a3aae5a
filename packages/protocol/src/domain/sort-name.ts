/**
 * A host name as people order them: `web-2` before `Web-10`. Made when the name changes, so that comparing two is one look
 * by code unit: letters small, and in front of each figure one character for how long it is.
 */
const FIGURE = /\d+/g;
const LENGTH_OF_NONE = 0x30;

export function sortName(hostname: string): string {
  return hostname.toLowerCase().replace(FIGURE, (run) => {
    const figure = run.replace(/^0+(?=\d)/, '');
    return String.fromCharCode(LENGTH_OF_NONE + figure.length) + figure;
  });
}
