import type { HostPolicy } from '@ops/protocol/domain/client.ts';
import type { ReactNode } from 'react';

import { useHostText } from '../../text/use-host-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { IconShieldLock } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './FactPanels.module.css';

/** What the host itself allows, in plain words; it decides again each time. */
export function PolicyPanel({
  policy,
  offline,
}: {
  readonly policy: HostPolicy | null;
  readonly offline: boolean;
}) {
  const { text } = useHostText();
  return (
    <Panel title={text.policy}>
      {policy === null ? (
        <p className={styles.note}>{text.notReported}</p>
      ) : (
        <>
          <p className={styles.lead}>
            {text.policyLead}
            {offline && ` ${text.policyOutdated}`}
          </p>
          {policy.readonly ? (
            <Banner tone="info" icon={IconShieldLock}>
              {text.readonlyHost}
            </Banner>
          ) : (
            <Allowed policy={policy} />
          )}
        </>
      )}
    </Panel>
  );
}

function Allowed({ policy }: { readonly policy: HostPolicy }) {
  const { text } = useHostText();
  const custom = new Set(policy.custom_commands);
  const { apps_dir: appsDir, user } = policy;
  return (
    <Facts
      facts={[
        {
          name: policy.custom_commands === undefined ? text.allowedCommands : text.builtinCommands,
          value: (
            <Names names={policy.commands.filter((name) => !custom.has(name))} none={text.builtinNone} />
          ),
        },
        ...(policy.custom_commands === undefined
          ? []
          : [
              {
                name: text.customCommands,
                value: <Names names={policy.custom_commands} none={text.customNone} />,
              },
            ]),
        {
          name: text.scripts,
          value:
            policy.script_dirs.length === 0 || policy.script_extensions.length === 0 ? (
              text.scriptsNone
            ) : (
              <Rule rule={text.scriptRule}>
                <p>{text.scriptsIn}</p>
                <Names names={policy.script_dirs} none="" />
                <p>{text.scriptTypes(policy.script_extensions.map((each) => `.${each}`).join(' '))}</p>
              </Rule>
            ),
        },
        {
          name: text.appActionsOn,
          value: (
            <Rule rule={text.appRule}>
              <p>{appsDir === undefined ? text.appActionsAll : text.appActionsIn}</p>
              {appsDir !== undefined && <Names names={[appsDir]} none="" />}
            </Rule>
          ),
        },
        ...(user === undefined
          ? []
          : [
              {
                name: text.runsAs,
                value:
                  user === 'root' ? (
                    <span className={styles.worry}>{text.runsAsRoot}</span>
                  ) : (
                    <code>{user}</code>
                  ),
              },
            ]),
        { name: text.neverRuns, value: text.neverRunsRule },
      ]}
    />
  );
}

/** What is allowed, and what is asked of it. */
function Rule({ children, rule }: { readonly children: ReactNode; readonly rule: string }) {
  return (
    <div className={styles.rule}>
      {children}
      <p className={styles.note}>{rule}</p>
    </div>
  );
}

function Names({ names, none }: { readonly names: readonly string[]; readonly none: string }) {
  if (names.length === 0) return none;
  return (
    <ul className={styles.names}>
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
