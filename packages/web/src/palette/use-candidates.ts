/** Everything the palette can lead to, as entries in the reader's language. */
import type { LinkProps } from '@tanstack/react-router';
import { useLocation } from '@tanstack/react-router';

import { shownState } from '../commands/command-state.ts';
import { usePredefined } from '../commands/use-predefined.ts';
import { useMayRun } from '../commands/use-may-run.ts';
import { useConsole } from '../console.ts';
import { paths } from '../paths.ts';
import { workWords } from '../rollouts/rollout-words.ts';
import { enKeys } from '../text/en-keys.ts';
import type { Format } from '../text/format.ts';
import { useKeysText } from '../text/use-keys-text.ts';
import type { KeysText } from '../text/use-keys-text.ts';
import { useRolloutText } from '../text/use-rollout-text.ts';
import type { RolloutText } from '../text/use-rollout-text.ts';
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

/** What was run, where, how it stands, and the page of it. */
function factsOf(
  each: Run,
  now: number,
  text: RolloutText,
  format: Format,
): Pick<Candidate, 'name' | 'code' | 'mark'> & { readonly where: string; readonly to: string } {
  switch (each.kind) {
    case 'command': {
      const mark = { kind: 'state', state: shownState(each.run, now) } as const;
      return { name: each.run.command, code: true, where: each.run.hostname, mark, to: paths.run };
    }
    case 'batch': {
      const { command, targets } = each.run;
      const mark = { kind: 'batch', batch: each.run } as const;
      return { name: command, code: true, where: text.hostsCount(targets, format), mark, to: paths.batch };
    }
    case 'rollout':
      break;
  }
  const { state, targets } = each.run;
  const mark = { kind: 'rollout', state } as const;
  const where = text.hostsCount(targets, format);
  return { name: workWords(each.run, text), where, mark, to: paths.rollout };
}

function runOf(each: Run, now: number, text: RolloutText, format: Format): Candidate {
  const { where, to, ...facts } = factsOf(each, now, text, format);
  const { id, created_at_ms: at } = each.run;
  return {
    id: `run-${id}`,
    group: 'runs',
    ...facts,
    about: `${where} · ${format.ago(at, now)}`,
    known: [id],
    leads: { link: { to, params: { id } } as LinkProps },
  };
}

function programOf(command: string): string {
  return command.split(/\s/, 1)[0] ?? '';
}

/** @param onList shows the list of shortcuts */
export function useCandidates(typed: string, onList: () => void) {
  const { text, format } = useKeysText();
  const { text: rolloutText } = useRolloutText();
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
      ...runOf(each, now, rolloutText, format),
      ...(each.kind === 'command' && foundIn(sources.runs.found)),
    })),
  ];
  return { candidates, pending: sources.pending, failures: sources.failures };
}
