/** `ops-client doctor`: the table of its checks, and how they come to their facts. Loaded only when it is asked for. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Check } from '@ops/runtime/doctor/finding.ts';
import { runChecks } from '@ops/runtime/doctor/finding.ts';
import { runDoctor } from '@ops/runtime/doctor/run-doctor.ts';
import type { DoctorNeeds, Examination } from '@ops/runtime/doctor/run-doctor.ts';
import { judgeSettingsError } from '@ops/runtime/doctor/settings-findings.ts';
import type { Random } from '@ops/runtime/random.ts';
import { parseArguments } from '@ops/runtime/settings-arguments.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import { DEFAULT_CONFIG_FILE } from '@ops/runtime/settings-file.ts';

import { CLIENT_SETTINGS, loadClientConfig } from '../config.ts';
import { VERSION } from '../version.ts';
import { CONFIGURATION_CHECKS, HOST_CHECKS } from './check-host.ts';
import { LINK_CHECKS } from './check-link.ts';
import { UPGRADE_CHECKS } from './check-upgrade.ts';
import type { ClientFacts } from './facts.ts';
import { gather } from './gather.ts';

const CHECKS: readonly Check<ClientFacts>[] = [
  ...CONFIGURATION_CHECKS,
  ...LINK_CHECKS,
  ...HOST_CHECKS,
  ...UPGRADE_CHECKS,
];

export interface ClientDoctorNeeds extends Pick<DoctorNeeds, 'argv' | 'env' | 'out' | 'err'> {
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** @returns the exit status */
export function clientDoctor(needs: ClientDoctorNeeds): Promise<0 | 1 | 2> {
  const { env, cwd, clock, random } = needs;
  return runDoctor({
    ...needs,
    program: 'ops-client',
    version: VERSION,
    urlMeaning: {
      en: "the server's console: also compares versions, and clocks where no secret is used",
      zh: '服务端控制台的地址：同时比较版本；未使用密钥时也比较时钟',
    },
    async examine({ rest, url }): Promise<Examination> {
      const { config: named } = parseArguments(rest, CLIENT_SETTINGS);
      let loaded;
      try {
        loaded = await loadClientConfig({ argv: rest, env, cwd });
      } catch (cause) {
        if (!(cause instanceof SettingsError) || cause.origin?.from === 'option') throw cause;
        return { found: [{ id: 'configuration', ...judgeSettingsError(cause) }], secrets: [] };
      }
      if (loaded.kind !== 'settings') throw new SettingsError(`see ops-client ${rest[0]}`);
      const configFile = named ?? DEFAULT_CONFIG_FILE;
      const facts = await gather({ loaded, configFile, cwd, env, url, clock, random });
      const { tcpAuthSecret, tcpAuthSecretPrevious, authToken } = loaded.values;
      const secrets = [tcpAuthSecret, tcpAuthSecretPrevious, authToken].filter((each) => each !== undefined);
      return { found: runChecks(CHECKS, facts), secrets };
    },
  });
}
