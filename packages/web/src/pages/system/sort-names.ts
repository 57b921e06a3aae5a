import type { Dictionary } from '../../text/zh.ts';
import type { SortKey } from './fleet-search.ts';

export function sortNames(text: Dictionary): Readonly<Record<SortKey, string>> {
  return {
    name: text.hostname,
    status: text.status,
    cpu: text.cpu,
    memory: text.memory,
    disk: text.disk,
    seen: text.lastHeartbeat,
  };
}
