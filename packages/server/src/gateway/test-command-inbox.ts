/** A command inbox that only remembers what it was told. For tests of the gateway. */
import type { CommandInbox } from '../commands/commands.ts';
import type { ClientLink } from '../fleet/fleet.ts';

type Called = keyof CommandInbox;

export interface ToldCommand {
  readonly what: Called;
  readonly client: string;
  /** Of `registered`, `ready` and `gone`. */
  readonly link: ClientLink | undefined;
  /** Of the others, and the report of `registered`. */
  readonly message: unknown;
}

export interface RecordingCommandInbox extends CommandInbox {
  readonly told: ToldCommand[];
  /** The answer to `registered`. */
  known: ReturnType<CommandInbox['registered']>;
  /** Runs inside every call, to throw in the place of the commands. */
  intrude: (what: Called, client: string) => void;
  /** The answer to `output`. */
  storing: () => Promise<void> | undefined;
  /** What was told about one client, by name. */
  about(client: string): Called[];
}

export function recordingCommandInbox(): RecordingCommandInbox {
  const told: ToldCommand[] = [];
  const tell = (what: Called, client: string, link: ClientLink | undefined, message: unknown): void => {
    told.push({ what, client, link, message });
    inbox.intrude(what, client);
  };
  const inbox: RecordingCommandInbox = {
    told,
    known: [],
    intrude: () => {},
    storing: () => undefined,
    about: (client) => told.filter((entry) => entry.client === client).map(({ what }) => what),
    registered(link, report) {
      tell('registered', report.clientId, link, report);
      return inbox.known;
    },
    ready: (client, link) => tell('ready', client, link, undefined),
    gone: (client, link) => tell('gone', client, link, undefined),
    accepted: (client, message) => tell('accepted', client, undefined, message),
    output(client, message) {
      tell('output', client, undefined, message);
      return inbox.storing();
    },
    result: (client, message) => tell('result', client, undefined, message),
  };
  return inbox;
}
