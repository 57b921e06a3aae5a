/** A rollout or an upgrade of clients, host after host: shown, followed to where it rests, given orders. */
import type { Text } from '@ops/runtime/language.ts';

import type { Surroundings } from './command.ts';
import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { onOneLine } from './printable.ts';
import { createProgress } from './progress.ts';
import type { Step } from './progress.ts';
import type { Server } from './server/server.ts';
import type { Watch } from './server/watch.ts';
import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { Verb } from './verb.ts';

interface Standing {
  readonly id: string;
  readonly state: string;
  /** Those it takes now. */
  readonly orders: readonly string[];
}

export interface Course<Of extends Standing, Host extends { readonly state: string }, Order extends string> {
  /** Its field in JSON. */
  readonly name: string;
  /** Of opsctl, with these verbs. */
  readonly command: string;
  readonly goesOn: Text;
  /** Where an order leads when all goes well. */
  readonly aims: Readonly<Record<Order | 'resume', Of['state']>>;
  /** What of hosts somebody may want to look at when it is over. */
  readonly trouble: ReadonlySet<string>;
  get(server: Server, id: string): Promise<Of>;
  order(server: Server, id: string, order: Order): Promise<{ readonly message: string }>;
  watch(id: string, watching: Watch<Of>): Promise<Of | undefined>;
  hosts(server: Server, id: string): Promise<readonly Host[]>;
  step(of: Of): Step;
  /** Lines that stay, by what each is about; said once. */
  news(of: Of, terminal: Terminal): ReadonlyMap<number, string>;
  text(of: Of, hosts: readonly Host[], terminal: Terminal): string;
  /** Where it led to its aim: whether it did so everywhere. */
  isWhole(of: Of): boolean;
}

export interface Courses {
  /** Until it is over or held. Ctrl-C stops looking; it goes on. */
  follow(surroundings: Surroundings, id: string): Promise<ExitStatus>;
  readonly verbs: Readonly<Record<string, Verb>>;
}

export function createCourses<
  Of extends Standing,
  Host extends { readonly state: string },
  Order extends string,
>(course: Course<Of, Host, Order>, orders: readonly Order[]): Courses {
  const { name, command, goesOn, aims } = course;

  /** @param all with every host, else those in trouble */
  async function showOne({ terminal, server, given }: Surroundings, of: Of, all: boolean): Promise<void> {
    const hosts = await course.hosts(server, of.id);
    if (given.flag('json')) {
      terminal.out(`${JSON.stringify({ [name]: of, hosts })}\n`);
      return;
    }
    const shown = all ? hosts : hosts.filter(({ state }) => course.trouble.has(state));
    terminal.out(course.text(of, shown, terminal));
    if (of.orders.length > 0) terminal.err(`opsctl ${command} ${of.orders.join('|')} ${of.id}\n`);
  }

  /** @param aim the state that counts as success */
  async function follow(
    surroundings: Surroundings,
    id: string,
    aim: Of['state'] = aims.resume,
  ): Promise<ExitStatus> {
    const { terminal, server } = surroundings;
    const progress = createProgress(terminal);
    const told = new Set<number>();
    let last: Of | undefined;
    try {
      last = await course.watch(id, {
        server,
        clock: terminal.clock,
        signal: terminal.interrupted,
        onChange(changed) {
          for (const [about, line] of course.news(changed, terminal)) {
            if (!told.has(about)) progress.say(line);
            told.add(about);
          }
          progress.show(course.step(changed));
        },
      });
    } finally {
      progress.end();
    }
    if (last === undefined) {
      const [further, pause] = [`opsctl ${command} show --follow ${id}`, `opsctl ${command} pause ${id}`];
      terminal.err(
        say(terminal, {
          zh: `${goesOn.zh}。继续查看：${further}\n暂停：${pause}\n`,
          en: `${goesOn.en}. Follow it: ${further}\nPause it: ${pause}\n`,
        }),
      );
      return EXIT.interrupted;
    }
    await showOne(surroundings, last, false);
    return last.state === aim && course.isWhole(last) ? EXIT.good : EXIT.failed;
  }

  const show: Verb = {
    operands: 'ID',
    count: [1, 1],
    options: ['follow'],
    async run(surroundings, [id = '']) {
      if (surroundings.given.flag('follow')) return follow(surroundings, id);
      await showOne(surroundings, await course.get(surroundings.server, id), true);
      return EXIT.good;
    },
  };

  const ordering = (order: Order): Verb => ({
    operands: 'ID',
    count: [1, 1],
    options: order === 'pause' ? [] : ['follow'],
    async run(surroundings, [id = '']) {
      const { terminal, server, given } = surroundings;
      const answer = await course.order(server, id, order);
      if (given.flag('follow')) return follow(surroundings, id, aims[order]);
      terminal.out(given.flag('json') ? `${JSON.stringify(answer)}\n` : `${onOneLine(answer.message)}\n`);
      return EXIT.good;
    },
  });

  return {
    follow: (surroundings, id) => follow(surroundings, id),
    verbs: { show, ...Object.fromEntries(orders.map((order) => [order, ordering(order)])) },
  };
}
