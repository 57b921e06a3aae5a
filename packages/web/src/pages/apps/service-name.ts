import type { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';

import type { Dictionary } from '../../text/zh.ts';

export function serviceName(status: (typeof SERVICE_STATUSES)[number], text: Dictionary): string {
  return { Running: text.appRunning, Stopped: text.appStopped, Unknown: text.appUnknown }[status];
}
