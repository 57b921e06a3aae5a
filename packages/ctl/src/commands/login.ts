/** `login` and `logout`: a session in a file of the user's own. */
import { login as signIn, logout as signOut } from '@ops/protocol/http/auth.ts';
import { readSecretFile } from '@ops/runtime/private-file.ts';

import type { Command, Surroundings } from '../command.ts';
import { usageFault } from '../command-line.ts';
import { EXIT } from '../exit-status.ts';
import { ApiFailure } from '../server/server.ts';
import { say } from '../terminal.ts';

async function password({ terminal, given }: Surroundings): Promise<string> {
  const file = given.text('password-file');
  if (file === '-') return (await terminal.readInput()).replace(/\r?\n$/, '');
  if (file !== undefined) return readSecretFile(file);
  if (!terminal.isInputTerminal)
    throw usageFault('nobody can be asked: name a --password-file, or - for the input');
  return terminal.ask(say(terminal, { zh: '密码：', en: 'Password: ' }), { secret: true });
}

async function username({ terminal, given }: Surroundings): Promise<string> {
  const name = given.text('username');
  if (name !== undefined) return name;
  if (!terminal.isInputTerminal) throw usageFault('nobody can be asked: give --username');
  return terminal.ask(say(terminal, { zh: '用户名：', en: 'User: ' }), { secret: false });
}

export const login: Command = {
  name: 'login',
  summary: { zh: '登录，会话保存在自己的文件中', en: 'sign in; the session is kept in a file of your own' },
  count: [0, 0],
  options: [
    { name: 'username', short: 'u', value: 'NAME', meaning: { zh: '用户名', en: 'the user' } },
    {
      name: 'password-file',
      value: 'FILE',
      meaning: {
        zh: '保存密码的文件（权限 600），- 表示标准输入',
        en: 'file (mode 600) with the password, or - for the input',
      },
    },
  ],
  async run(surroundings) {
    const { terminal, server, session, given } = surroundings;
    const name = await username(surroundings);
    const answer = await server.call(signIn, {
      body: { username: name, password: await password(surroundings) },
    });
    await session.write(server.url, answer.session_id);
    if (given.flag('json'))
      terminal.out(`${JSON.stringify({ success: true, server: server.url, username: name })}\n`);
    else terminal.out(say(terminal, { zh: `已登录 ${server.url}\n`, en: `Signed in to ${server.url}\n` }));
    if (answer.must_change_password) {
      terminal.err(
        say(terminal, {
          zh: '仍在使用默认密码，请在控制台修改。\n',
          en: 'The default password is still in use: change it in the console.\n',
        }),
      );
    }
    return EXIT.good;
  },
};

export const logout: Command = {
  name: 'logout',
  summary: { zh: '退出登录，删除保存的会话', en: 'sign out and delete the kept session' },
  count: [0, 0],
  options: [],
  async run({ terminal, server, session, given }) {
    try {
      await server.call(signOut);
    } catch (cause) {
      // A session that is over, or a server that is gone: what matters here is the file.
      if (!(cause instanceof ApiFailure)) throw cause;
    } finally {
      await session.remove();
    }
    if (given.flag('json')) terminal.out('{"success":true}\n');
    else terminal.out(say(terminal, { zh: '已退出登录\n', en: 'Signed out\n' }));
    return EXIT.good;
  },
};
