import type { Dictionary } from '../../text/zh.ts';

/** The name of a group; a tag nobody named is shown as it is. */
export function tagName(tag: string, text: Dictionary): string {
  const names: Readonly<Record<string, string>> = {
    authentication: text.authentication,
    clients: text.clients,
    enrolment: text.addHost,
    commands: text.tabCommands,
    apps: text.tabApps,
    events: text.events,
    health: text.health,
    docs: text.docs,
  };
  return names[tag] ?? tag;
}
