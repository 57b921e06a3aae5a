/** The whole environment of a command: a constant table. Nothing of the client's own, nothing from the wire (S-26). */

/** By which whatever a command has started is found again. */
export const COMMAND_ID_VARIABLE = 'OPS_COMMAND_ID';

/** By which what an action on an application leaves running is known as the application's: its name. */
export const APP_VARIABLE = 'OPS_APP_NAME';
/** By which the script of an action is found again. */
export const ACTION_ID_VARIABLE = 'OPS_ACTION_ID';

const CONSTANT: Readonly<Record<string, string>> = {
  // Not /usr/local: on Debian the group staff may write there.
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TERM: 'dumb',
  COLUMNS: '200',
  // No dot files are read and none are written.
  HOME: '/nonexistent',
  PAGER: 'cat',
  SYSTEMD_PAGER: '',
  SYSTEMD_COLORS: '0',
  GIT_PAGER: 'cat',
  LESSSECURE: '1',
};

export function commandEnvironment(commandId: string): Readonly<Record<string, string>> {
  return { ...CONSTANT, [COMMAND_ID_VARIABLE]: commandId };
}

/** Of an app's script. Not marked as a command's: nothing that looks for what a command left may find a service. */
export function actionEnvironment(actionId: string, appName: string): Readonly<Record<string, string>> {
  return { ...CONSTANT, [ACTION_ID_VARIABLE]: actionId, [APP_VARIABLE]: appName };
}
