/** Which of the listed devices count is looked up in /sys only when the list changed, or after a while. */

/** A device may be unplugged and its name given to another. */
export const LOOK_AGAIN_EVERY_MS = 60_000;

export type DeviceChoice = (names: readonly string[], now: number) => ReadonlySet<string>;

export function createDeviceChoice(choose: (names: readonly string[]) => ReadonlySet<string>): DeviceChoice {
  let seen: string | undefined;
  let chosen: ReadonlySet<string> = new Set();
  let at = 0;
  return (names, now) => {
    const list = names.join(' ');
    if (list !== seen || now - at >= LOOK_AGAIN_EVERY_MS) {
      chosen = choose(names);
      seen = list;
      at = now;
    }
    return chosen;
  };
}
