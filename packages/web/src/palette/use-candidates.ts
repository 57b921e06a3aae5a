/** Everything the palette can lead to, as entries in the reader's language. */
import type { LinkProps } from '@tanstack/react-router';
import { useLocation } from '@tanstack/react-router';

import { shownState } from '../commands/command-state.ts';
import { usePredefined } from '../commands/use-predefined.ts';
import { useMayRun } from '../commands/use-may-run.ts';
import { useConsole } from '../console.ts';
import { paths } from '../paths.ts';
import { enKeys } from '../text/en-keys.ts';
import type { Format } from '../text/format.ts';
import { useKeysText } from '../text/use-keys-text.ts';
import type { KeysText } from '../text/use-keys-text.ts';
import { textOf } from '../text/use-text.ts';
import { zhKeys } from '../text/zh-keys.ts';
import { presenceOf } from '../ui/StatusLabel.tsx';
import type { Candidate } from './items.ts';
import { useSources } from './use-sources.ts';
import type { Run, Sources } from './use-sources.ts';

const CHARS_OF_ID = 8;

/** Both languages are loaded with the palette. */
function inBoth(
  name:
    | 'tabSystem'
    | 'tabApps'
    | 'tabCommands'
    | 'clientUpgrades'
    | 'changePassword'
    | 'apiDocs'
    | 'keyboardShortcuts',
): readonly string[] {
  return [textOf('zh').text[name], textOf('en').text[name]];
}

/** Found by their names in both languages. */
function pagesOf(text: KeysText): readonly Candidate[] {
  const pages = [
    { to: paths.system, name: text.tabSystem, known: inBoth('tabSystem') },
    { to: paths.apps, name: text.tabApps, known: inBoth('tabApps') },
    { to: paths.commands, name: text.tabCommands, known: inBoth('tabCommands') },
    { to: paths.history, name: text.pageHistory, known: [zhKeys.pageHistory, enKeys.pageHistory] },
    { to: paths.rollouts, name: text.pageRollouts, known: [zhKeys.pageRollouts, enKeys.pageRollouts] },
    { to: paths.upgrades, name: text.clientUpgrades, known: inBoth('clientUpgrades') },
    { to: paths.password, name: text.changePassword, known: inBoth('changePassword') },
    { to: paths.docs, name: text.apiDocs, known: inBoth('apiDocs') },
  ];
  return pages.map(({ to, name, known }) => ({
    id: `page-${to}`,
    group: 'pages',
    name,
    known,
    leads: { link: { to } },
  }));
}

function foundIn(word: string | undefined): { readonly found?: string } {
  return word === undefined ? {} : { found: word };
}

function hostsOf({ data, found }: Sources['hosts']): readonly Candidate[] {
  return data.map((host) => {
    const labels = Object.entries(host.labels).map(([key, value]) => `${key}=${value}`);
    return {
      id: `host-${host.id}`,
      group: 'hosts',
      name: host.hostname,
      about: labels.join(' ') || host.ip_addresses[0] || host.id.slice(0, CHARS_OF_ID),
      known: [host.id, ...host.ip_addresses, ...labels],
      ...foundIn(found),
      mark: { kind: 'presence', presence: presenceOf(host) },
      leads: { link: { to: paths.client, params: { id: host.id } } as LinkProps },
    };
  });
}

function appsOf({ data, found }: Sources['apps'], text: KeysText, format: Format): readonly Candidate[] {
  return data.map(({ name, hosts }) => ({
    id: `app-${name}`,
    group: 'apps',
    name,
    about: text.appOnHosts(format.number(hosts)),
    ...foundIn(found),
    leads: { link: { to: paths.apps, search: { name } } as LinkProps },
  }));
}

function runOf({ kind, run }: Run, now: number, text: KeysText, format: Format): Candidate {
  const when = format.ago(run.created_at_ms, now);
  const where = kind === 'command' ? run.hostname : text.batchOnHosts(format.number(run.targets));
  return {
    id: `run-${run.id}`,
    group: 'runs',
    name: run.command,
    about: `${where} · ${when}`,
    known: [run.id],
    code: true,
    mark: kind === 'command' ? { kind: 'state', state: shownState(run, now) } : { kind: 'batch', batch: run },
    leads: {
      link: { to: kind === 'command' ? paths.run : paths.batch, params: { id: run.id } } as LinkProps,
    },
  };
}

function programOf(command: string): string {
  return command.split(/\s/, 1)[0] ?? '';
}

/** @param onList shows the list of shortcuts */
export function useCandidates(typed: string, onList: () => void) {
  const { text, format } = useKeysText();
  const { serverClock } = useConsole();
  const mayRun = useMayRun();
  const { pathname, search } = useLocation();
  const sources = useSources(typed);
  const predefined = usePredefined();
  const now = serverClock.now();

  // Whoever stands before a form with hosts chosen in it goes on with those.
  function toCommands(command: string): LinkProps {
    return {
      to: paths.commands,
      search: pathname === paths.commands ? { ...search, command } : { command },
    } as LinkProps;
  }

  const commands: Candidate[] = mayRun
    ? (predefined.data?.categories ?? []).flatMap(({ commands: entries, label }) =>
        entries.map((entry) => ({
          id: `command-${entry.command}`,
          group: 'commands' as const,
          name: entry.command,
          about: entry.label,
          known: [label, entry.description],
          code: true as const,
          leads: { link: toCommands(entry.command) },
        })),
      )
    : [];
  // Words are taken for a command when they begin as one that is known.
  const own = typed.trim();
  const programs = new Set(commands.map(({ name }) => programOf(name)));
  if (programs.has(programOf(own)) && commands.every(({ name }) => name !== own)) {
    commands.push({
      id: 'command-typed',
      group: 'commands',
      name: text.runTyped(own),
      about: text.runTypedAbout,
      last: true,
      leads: { link: toCommands(own) },
    });
  }
  const candidates: readonly Candidate[] = [
    ...hostsOf(sources.hosts),
    ...appsOf(sources.apps, text, format),
    ...pagesOf(text),
    {
      id: 'page-shortcuts',
      group: 'pages',
      name: text.keyboardShortcuts,
      known: inBoth('keyboardShortcuts'),
      leads: { act: onList },
    },
    ...commands,
    ...sources.runs.data.map((each) => ({
      ...runOf(each, now, text, format),
      ...(each.kind === 'command' && foundIn(sources.runs.found)),
    })),
  ];
  return { candidates, pending: sources.pending, failures: sources.failures };
}
