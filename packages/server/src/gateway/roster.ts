/** The registered connections of this process, one for each client. */
import type { ClientLink } from '../fleet/fleet.ts';
import type { ProvenBy } from './secrets.ts';

/** A link, with what deciding about a second one needs. */
export interface RegisteredLink extends ClientLink {
  readonly clientId: string;
  readonly heartbeatIntervalSecs: number;
  readonly provenBy: ProvenBy | undefined;
}

export class Roster {
  readonly #byClient = new Map<string, RegisteredLink>();

  get size(): number {
    return this.#byClient.size;
  }

  get(clientId: string): RegisteredLink | undefined {
    return this.#byClient.get(clientId);
  }

  /** Takes the place of an older link of the same client. */
  add(link: RegisteredLink): void {
    this.#byClient.set(link.clientId, link);
  }

  /** Only if no newer link took its place. */
  remove(link: RegisteredLink): void {
    if (this.#byClient.get(link.clientId) === link) this.#byClient.delete(link.clientId);
  }
}
