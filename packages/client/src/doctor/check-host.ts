/** What the client keeps and uses on this host: identity, directories, scripts, programs. */
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { judgeDirectory, judgePrivateFile } from '@ops/runtime/doctor/path-facts.ts';
import { judgeSettings } from '@ops/runtime/doctor/settings-findings.ts';
import { shellWord } from '@ops/runtime/private-file.ts';

import type { ClientFacts } from './facts.ts';

function judgeId({ idFile, id, owner, restart }: ClientFacts): Finding {
  const word = shellWord(idFile.path);
  if (id === undefined)
    return ok(`${idFile.path} will be made at the first start`, `${idFile.path} 将在首次启动时建立`);
  const wrong = judgePrivateFile(idFile, owner);
  if (wrong) return wrong;
  if (idFile.isLink)
    return fault(`${idFile.path} is a link`, `${idFile.path} 是链接`, `rm ${word}; ${restart}`);
  if (id === '')
    return fault(
      `${idFile.path} holds no client id: without it this host registers as a new client`,
      `${idFile.path} 里没有客户端 ID；删除后本机将作为新客户端登记`,
      `rm ${word}; ${restart}`,
    );
  return ok(`${idFile.path} holds ${id}`, `${idFile.path} 中的 ID 为 ${id}`);
}

/** It is the refused one that looks into its log: an order of the server goes to it, and brings a key where there was one. */
function judgeDoubled({ isDoubled, id, config, newIdentity, restart }: ClientFacts): Finding | undefined {
  if (!isDoubled || id === undefined || id === '') return undefined;
  const [en, zh] = [
    'another running client uses the same client id, and this one is refused',
    '另一个正在运行的客户端使用相同的客户端 ID，本机被拒绝',
  ];
  return config.acceptNewIdentity
    ? fault(
        `${en}: if this host is the copy, let the server give it an id of its own (as an administrator); if the other one is, run ops-client new-identity there`,
        `${zh}：如果本机是副本，请由管理员通过服务端为它换用新 ID；如果另一台是副本，请在那台上执行 ops-client new-identity`,
        `opsctl identity new ${id}`,
      )
    : fault(
        `${en}: on the copy, take an id of its own (accept_new_identity is false here; a host with a key of its own needs OPS_ENROL_TOKEN_FILE with it)`,
        `${zh}：请在副本上换用新 ID（本机的 accept_new_identity 为 false；使用独立密钥的主机还需要 OPS_ENROL_TOKEN_FILE）`,
        `${newIdentity}; ${restart}`,
      );
}

/** `problem` is the end of a sentence of the client's own. */
function judgeFolder(path: string, problem: string): Finding {
  const word = shellWord(path);
  const owned = problem.startsWith('belongs');
  return fault(
    `${path} ${problem}: nothing in it is run`,
    owned
      ? `${path} 不属于 root 或客户端的用户，其中的内容不会执行`
      : `其他用户可以改写 ${path}，或它不是目录，其中的内容不会执行`,
    owned
      ? `sudo chown root ${word}`
      : /link|not a directory/.test(problem)
        ? `mv ${word} ${shellWord(`${path}.old`)}; mkdir -m 755 ${word}`
        : `chmod go-w ${word}`,
  );
}

function judgeApps({ appsDir, appsProblem }: ClientFacts): Finding {
  const { path } = appsDir;
  const word = shellWord(path);
  if (appsDir.kind === 'absent' && !appsDir.isLink)
    return warning(
      `${path} does not exist: the console shows no applications of this host`,
      `${path} 不存在：控制台不会显示本机的应用`,
      `sudo install -d -o "$(id -u)" -m 755 ${word}`,
    );
  if (appsProblem !== undefined) return judgeFolder(path, appsProblem);
  if (!appsDir.readable)
    return fault(
      `${path} may not be read by this user`,
      `当前用户不能读取 ${path}`,
      `sudo chmod a+rx ${word}`,
    );
  return ok(`applications are looked for in ${path}`, `应用目录为 ${path}`);
}

function judgeScripts({ scriptDirs, areScriptDirsOwn }: ClientFacts): Finding[] | undefined {
  const findings = scriptDirs.flatMap(({ facts, problem }): Finding[] => {
    const { path, kind } = facts;
    if (kind === 'absent') {
      // The defaults need not be there.
      if (!areScriptDirsOwn) return [];
      const make = `sudo install -d -m 755 ${shellWord(path)}`;
      return [
        warning(
          `${path} of allowed_script_dirs does not exist`,
          `allowed_script_dirs 中的 ${path} 不存在`,
          make,
        ),
      ];
    }
    return [
      problem === undefined
        ? ok(`scripts in ${path} may be run`, `可执行 ${path} 中的脚本`)
        : judgeFolder(path, problem),
    ];
  });
  return findings.length > 0 ? findings : undefined;
}

function judgeCommands({ brokenCommands, config }: ClientFacts): Finding[] | undefined {
  if (config.commands.length === 0) return undefined;
  if (brokenCommands.length === 0)
    return [
      ok(
        `the programs of ${config.commands.length} commands are there`,
        `${config.commands.length} 个自定义命令的程序都在`,
      ),
    ];
  return brokenCommands.map(({ name, path, problem }) =>
    fault(
      `the command ${name} cannot run: ${problem}`,
      `自定义命令 ${name} 无法执行：${problem}`,
      `sudo chown root ${shellWord(path)} && sudo chmod 755 ${shellWord(path)}`,
    ),
  );
}

export const CONFIGURATION_CHECKS: readonly Check<ClientFacts>[] = [
  { id: 'configuration', run: ({ settings }) => judgeSettings(settings) },
];

export const HOST_CHECKS: readonly Check<ClientFacts>[] = [
  { id: 'client-id', run: judgeId },
  { id: 'duplicate-id', run: judgeDoubled },
  {
    id: 'data-dir',
    run: ({ dataDir, owner, change }) =>
      judgeDirectory(dataDir, {
        owner,
        private: false,
        elsewhere: change('data_dir', '"/var/lib/ops-client"', '/var/lib/ops-client'),
      }),
  },
  {
    id: 'log-dir',
    run: ({ logDir, owner, change }) =>
      judgeDirectory(logDir, { owner, private: false, elsewhere: change('log_dir', '"./logs"', './logs') }),
  },
  { id: 'command-log', run: ({ commandLog, owner }) => judgePrivateFile(commandLog, owner) },
  { id: 'apps-dir', run: judgeApps },
  { id: 'script-dirs', run: judgeScripts },
  { id: 'commands', run: judgeCommands },
];
