/** An upgrade inbox that only remembers what it was told. For tests of the gateway. */
import type { UpgradeInbox } from '../upgrades/upgrades.ts';

export interface RecordingUpgradeInbox extends UpgradeInbox {
  readonly told: { readonly what: keyof UpgradeInbox; readonly client: string; readonly message: unknown }[];
  /** The answer to `part`. */
  reading: () => Promise<Buffer>;
}

export function recordingUpgradeInbox(): RecordingUpgradeInbox {
  const told: RecordingUpgradeInbox['told'] = [];
  const inbox: RecordingUpgradeInbox = {
    told,
    reading: async () => Buffer.alloc(0),
    registered: (client, _link, message) => void told.push({ what: 'registered', client, message }),
    status: (client, message) => void told.push({ what: 'status', client, message }),
    part(client, message) {
      told.push({ what: 'part', client, message });
      return inbox.reading();
    },
  };
  return inbox;
}
