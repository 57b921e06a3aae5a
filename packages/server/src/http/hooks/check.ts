import type { IncomingMessage } from 'node:http';

import type { Endpoint } from '@ops/protocol/http/endpoint.ts';

import type { RequestContext } from '../request-context.ts';

/** A request at the door, before its body is read. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly context: RequestContext;
  /** The entry of the table it is for; undefined for the files of the console and for what does not exist. */
  readonly endpoint: Endpoint | undefined;
  /** Something answers at this path with this method. */
  readonly found: boolean;
}

/** Lets a request pass or throws an OpsError. */
export type Check = (arrival: Arrival) => void | Promise<void>;
