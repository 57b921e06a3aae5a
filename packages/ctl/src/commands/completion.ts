/** `completion`: a script that completes commands, options and their choices in bash or zsh. */
import type { Command } from '../command.ts';
import { optionsOf, usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';

const SHELLS = ['bash', 'zsh'] as const;

const words = (command: Command): string =>
  [
    ...(command.words ?? []),
    ...optionsOf(command).flatMap(({ name, short }) => [
      `--${name}`,
      ...(short === undefined ? [] : [`-${short}`]),
    ]),
  ].join(' ');

/** Options with a value, for what stands behind them. */
const choices = (command: Command): readonly string[] =>
  optionsOf(command)
    .filter(({ value }) => value !== undefined)
    .map(
      ({ name, short, value, choices: offered }) =>
        `      ${[`--${name}`, ...(short === undefined ? [] : [`-${short}`])].map((option) => `${command.name}:${option}`).join('|')}) ${
          offered !== undefined
            ? `offered='${offered.join(' ')}'`
            : value === 'FILE'
              ? `COMPREPLY=($(compgen -f -- "$current")); return`
              : 'return'
        } ;;`,
    );

function bash(commands: readonly Command[]): string {
  return [
    '# Completion of opsctl for bash: source <(opsctl completion bash)',
    '_opsctl() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} offered=',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    offered='${commands.map(({ name }) => name).join(' ')} --help --version'`,
    '  else',
    '    case "$command:$before" in',
    ...commands.flatMap(choices),
    '    esac',
    '    if [ -z "$offered" ]; then',
    '      case "$command" in',
    ...commands.map((command) => `        ${command.name}) offered='${words(command)}' ;;`),
    '      esac',
    '    fi',
    '  fi',
    '  COMPREPLY=($(compgen -W "$offered" -- "$current"))',
    '}',
    'complete -F _opsctl opsctl',
    '',
  ].join('\n');
}

/** zsh knows how to run the completion of bash. */
const zsh = (commands: readonly Command[]): string =>
  [
    '# Completion of opsctl for zsh: source <(opsctl completion zsh)',
    'autoload -U +X compinit && compinit -u',
    'autoload -U +X bashcompinit && bashcompinit',
    bash(commands),
  ].join('\n');

/** @param commands every command, this one included */
export function completionOf(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: { zh: '输出 bash 或 zsh 的补全脚本', en: 'print the completion script of bash or zsh' },
    operands: 'bash|zsh',
    count: [1, 1],
    words: SHELLS,
    options: [],
    run({ terminal, given }) {
      const shell = SHELLS.find((known) => known === given.operands[0]);
      if (shell === undefined) throw usageFault(`completion is there for ${SHELLS.join(' and ')}`);
      const script = shell === 'bash' ? bash(commands()) : zsh(commands());
      terminal.out(given.flag('json') ? `${JSON.stringify({ shell, script })}\n` : script);
      return Promise.resolve(EXIT.good);
    },
  };
}
