/** Messages as a usual host sends them, for tests that are about something else. Every field may be replaced. */
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

const GIB = 1024 ** 3;

export function exampleFacts(overrides: Partial<HostFacts> = {}): HostFacts {
  return {
    hostname: 'web-01',
    os: 'Debian GNU/Linux',
    os_version: '12',
    kernel: '6.1.0-28-amd64',
    arch: 'x86_64',
    cpu_model: 'Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz',
    cpu_cores: 4,
    ip_addresses: ['10.0.0.11', 'fe80::5054:ff:fe12:3456'],
    ...overrides,
  };
}

export function exampleSample(overrides: Partial<Sample> = {}): Sample {
  return {
    cpu_usage: 12.5,
    cpu_core_usage: [10.2, 14.8, 11.1, 13.9],
    load_average: [0.52, 0.48, 0.41],
    total_memory: 8 * GIB,
    used_memory: 3 * GIB,
    total_swap: 2 * GIB,
    used_swap: 0,
    disks: [
      { mount: '/', filesystem: 'ext4', total: 100 * GIB, used: 42 * GIB },
      { mount: '/data', filesystem: 'xfs', total: 500 * GIB, used: 120 * GIB },
    ],
    network: [
      { interface: 'eth0', rx_bytes_per_sec: 18_432, tx_bytes_per_sec: 9_216 },
      { interface: 'eth1', rx_bytes_per_sec: 512, tx_bytes_per_sec: 256 },
    ],
    disk_io: [{ device: 'sda', read_bytes_per_sec: 4096, write_bytes_per_sec: 81_920 }],
    process_count: 187,
    uptime_secs: 864_000.5,
    ...overrides,
  };
}

/** Who registers: what every `register` must name. */
export interface Registrant {
  readonly client_id: string;
  readonly instance_id: string;
  readonly journal_epoch: string;
  readonly client_time: number;
}

export function exampleRegister(
  who: Registrant,
  overrides: Partial<MessageOf<'register'>> = {},
): MessageOf<'register'> {
  return {
    type: 'register',
    ...who,
    last_seq: 0,
    client_version: '1.0.0',
    system_info: exampleFacts(),
    app_info: [],
    labels: { env: 'test' },
    policy: {
      readonly: false,
      commands: ['uptime', 'df', 'free'],
      script_dirs: ['/opt/ops-scripts'],
      script_extensions: ['sh', 'py'],
    },
    commands: [],
    ...overrides,
  };
}

/** What a server tells about its limits. */
export const exampleLimits: MessageOf<'registered'>['limits'] = {
  max_frame_bytes: 1024 * 1024,
  max_heartbeats_per_sec: 20,
};

/** A chunk of standard output. */
export function exampleOutput(
  commandId: string,
  seq: number,
  data: string,
  overrides: Partial<MessageOf<'command_output'>> = {},
): MessageOf<'command_output'> {
  return {
    type: 'command_output',
    command_id: commandId,
    seq,
    stream: 'stdout',
    data,
    encoding: 'utf8',
    ...overrides,
  };
}

/** The result of a command that went well and printed nothing. */
export function exampleResult(
  commandId: string,
  overrides: Partial<MessageOf<'command_result'>> = {},
): MessageOf<'command_result'> {
  return {
    type: 'command_result',
    command_id: commandId,
    outcome: 'completed',
    exit_code: 0,
    signal: null,
    error: null,
    chunks: 0,
    stdout_bytes: 0,
    stderr_bytes: 0,
    truncated: false,
    started_at: 1_767_225_600_000,
    duration_ms: 12,
    ...overrides,
  };
}
