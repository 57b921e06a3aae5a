/** `ops-server doctor`: the table of its checks, and how they come to their facts. Loaded only when it is asked for. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Check } from '@ops/runtime/doctor/finding.ts';
import { runChecks } from '@ops/runtime/doctor/finding.ts';
import { runDoctor } from '@ops/runtime/doctor/run-doctor.ts';
import type { DoctorNeeds, Examination } from '@ops/runtime/doctor/run-doctor.ts';
import { judgeSettingsError } from '@ops/runtime/doctor/settings-findings.ts';
import { parseArguments } from '@ops/runtime/settings-arguments.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import { DEFAULT_CONFIG_FILE } from '@ops/runtime/settings-file.ts';

import { loadServerConfig, SERVER_SETTINGS } from '../config.ts';
import { VERSION } from '../version.ts';
import { BROWSER_CHECKS } from './check-browser.ts';
import { CLIENT_CHECKS } from './check-clients.ts';
import { CONFIGURATION_CHECKS, FILE_CHECKS } from './check-files.ts';
import { LISTENING_CHECKS } from './check-listening.ts';
import type { ServerFacts } from './facts.ts';
import { gather } from './gather.ts';

const CHECKS: readonly Check<ServerFacts>[] = [
  ...CONFIGURATION_CHECKS,
  ...LISTENING_CHECKS,
  ...FILE_CHECKS,
  ...CLIENT_CHECKS,
  ...BROWSER_CHECKS,
];

export interface ServerDoctorNeeds extends Pick<DoctorNeeds, 'argv' | 'env' | 'out' | 'err'> {
  readonly cwd: string;
  readonly clock: Clock;
  /** How long a proxy may hold back the first event. */
  readonly streamDeadlineMs?: number;
}

/** @returns the exit status */
export function serverDoctor(needs: ServerDoctorNeeds): Promise<0 | 1 | 2> {
  const { env, cwd, clock, streamDeadlineMs } = needs;
  return runDoctor({
    ...needs,
    program: 'ops-server',
    version: VERSION,
    urlMeaning: {
      en: 'where browsers reach the console: also looks at the proxy in between, cookies and live events',
      zh: '浏览器访问控制台的地址：同时检查中间的代理、Cookie 和实时事件',
    },
    async examine({ rest, url }): Promise<Examination> {
      const { config: named } = parseArguments(rest, SERVER_SETTINGS);
      let loaded;
      try {
        loaded = await loadServerConfig({ argv: rest, env, cwd });
      } catch (cause) {
        if (!(cause instanceof SettingsError) || cause.origin?.from === 'option') throw cause;
        return { found: [{ id: 'configuration', ...judgeSettingsError(cause) }], secrets: [] };
      }
      if (loaded.kind !== 'settings') throw new SettingsError(`see ops-server ${rest[0]}`);
      const configFile = named ?? DEFAULT_CONFIG_FILE;
      const { facts, secrets } = await gather({ loaded, configFile, cwd, url, clock, streamDeadlineMs });
      return { found: runChecks(CHECKS, facts), secrets };
    },
  });
}
