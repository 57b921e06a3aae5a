import type { Dictionary } from '../../text/zh.ts';
import type { ClientSort } from '@ops/protocol/http/clients.ts';

export function sortNames(text: Dictionary): Readonly<Record<ClientSort, string>> {
  return {
    name: text.hostname,
    status: text.status,
    cpu: text.cpu,
    memory: text.memory,
    disk: text.disk,
    seen: text.lastHeartbeat,
  };
}
