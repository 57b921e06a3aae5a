/** Hosts made up for a browser test: clients whose every answer the test decides. */
import { exampleFacts, exampleOutput, exampleResult } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';

import { SECRET } from './console.ts';

/** Longest a test keeps a host that answers by itself. */
const ANSWERING_MS = 55_000;

export interface Host extends AsyncDisposable {
  readonly client: FakeClient;
  readonly name: string;
  /** The next command that arrives. */
  command(): Promise<{ readonly command_id: string; readonly command: string }>;
  /** Commands that have arrived so far. */
  arrived(): number;
  /** Output that is on its way while the command runs. */
  say(commandId: string, text: string, stream?: 'stdout' | 'stderr'): void;
  end(commandId: string, result?: Parameters<typeof exampleResult>[1]): void;
}

let made = 0;

/** A host of a name nobody else has, connected and with these labels; or one that was here, once more. */
export async function connectHost(
  server: RunningServer,
  options: { readonly name?: string; readonly labels?: Record<string, string>; readonly again?: Host } = {},
): Promise<Host> {
  const { again } = options;
  const name = again?.name ?? `${options.name ?? 'host'}-${++made}`;
  const client = await connectFakeClient({
    port: server.tcpPort,
    secret: SECRET,
    ...(again && { clientId: again.client.clientId, journalEpoch: again.client.journalEpoch }),
  });
  await client.enter({
    system_info: exampleFacts({ hostname: name }),
    labels: options.labels ?? {},
    heartbeat_interval: 60,
    policy: {
      readonly: false,
      commands: ['date', 'df', 'free', 'ls', 'ps', 'uptime', 'whoami'],
      script_dirs: [],
      script_extensions: [],
    },
  });
  const sent = new Map<string, { chunks: number; stdout: number; stderr: number }>();
  const state = (id: string) => {
    const known = sent.get(id) ?? { chunks: 0, stdout: 0, stderr: 0 };
    sent.set(id, known);
    return known;
  };
  return {
    client,
    name,
    command: () => client.waitFor('command'),
    arrived: () => client.messages('command').length,
    say(commandId, text, stream = 'stdout') {
      const known = state(commandId);
      client.send(exampleOutput(commandId, known.chunks++, text, { stream }));
      known[stream] += Buffer.byteLength(text);
    },
    end(commandId, result = {}) {
      const { chunks, stdout, stderr } = state(commandId);
      client.send(
        exampleResult(commandId, { chunks, stdout_bytes: stdout, stderr_bytes: stderr, ...result }),
      );
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Answers every command from now on, as long as the test lasts. */
export function answering(
  host: Host,
  answer: () => { readonly output: string; readonly exitCode?: number },
): void {
  const next = (): void => {
    host.client.waitFor('command', { within: ANSWERING_MS }).then(
      ({ command_id: id }) => {
        const { output, exitCode = 0 } = answer();
        host.client.run(id, output, { exit_code: exitCode });
        next();
      },
      // The test is over.
      () => {},
    );
  };
  next();
}
