/** `cancel`: ends a command, or stops a batch. */
import { stopBatch } from '@ops/protocol/http/batches.ts';
import { cancelCommand } from '@ops/protocol/http/commands.ts';

import type { Command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { onOneLine } from '../printable.ts';
import { ApiFailure } from '../server/server.ts';

export const cancel: Command = {
  name: 'cancel',
  summary: { zh: '取消命令，或停止批量任务', en: 'end a command, or stop a batch' },
  operands: 'ID',
  count: [1, 1],
  options: [],
  async run({ terminal, server, given }) {
    const [id = ''] = given.operands;
    const tell = (answer: { readonly message: string }): typeof EXIT.good => {
      terminal.out(given.flag('json') ? `${JSON.stringify(answer)}\n` : `${onOneLine(answer.message)}\n`);
      return EXIT.good;
    };
    try {
      return tell(await server.call(cancelCommand, { body: { command_id: id } }));
    } catch (cause) {
      if (!(cause instanceof ApiFailure) || cause.code !== 'command_not_found') throw cause;
    }
    return tell(await server.call(stopBatch, { params: { id }, body: {} }));
  },
};
