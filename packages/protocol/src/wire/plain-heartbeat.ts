/**
 * The most frequent message, read in one pass over its bytes and without making what nobody looks at: a server with ten
 * thousand clients reads thousands of heartbeats a second, keeps each sample for seconds, and shows few of them.
 *
 * It takes only plain JSON (plain-json.ts) of known fields. The strict reader (message-reader.ts) accepts all of that and
 * understands it in the same way, which a test holds. Whatever else comes, right or wrong, is left to the strict reader.
 */
import { AT, FIGURES, figuresOf, fullness } from '../domain/figures.ts';
import { MAX_EPOCH_MS } from '../domain/id.ts';
import {
  LOADS,
  MAX_CORES,
  MAX_DISKS,
  MAX_INTERFACES,
  MAX_MOUNT_CHARS,
  MAX_NAME_CHARS,
  MAX_PERCENT,
} from '../domain/sample.ts';
import type { Sample } from '../domain/sample.ts';
import {
  bytesOf,
  isAtEnd,
  keysOf,
  list,
  number,
  object,
  position,
  skip,
  skipText,
  start,
  whole,
} from './plain-json.ts';
import type { MessageOf } from './messages.ts';

/** A sample as it came: its figures at once, the whole of it as text. Views: they hold until the next frame. */
export interface FreshSample {
  /** As figures.ts has them. */
  readonly figures: Float64Array;
  /** Holds the sample as JSON, clean, at `from` to before `to`. */
  readonly body: Buffer;
  readonly from: number;
  readonly to: number;
}

export interface FreshHeartbeat {
  readonly clientTimeMs: number | undefined;
  readonly sample: FreshSample | undefined;
}

/** What the strict reader made, in the same form. */
export function freshSample(sample: Sample): FreshSample {
  const body = Buffer.from(JSON.stringify(sample), 'utf8');
  return { figures: figuresOf(sample), body, from: 0, to: body.length };
}

export function freshHeartbeat(message: MessageOf<'heartbeat'>): FreshHeartbeat {
  return { clientTimeMs: message.client_time, sample: message.sample && freshSample(message.sample) };
}

const ANY = Number.MAX_SAFE_INTEGER;

const TYPE = bytesOf('"heartbeat"');
const HEARTBEAT = keysOf('type', 'client_time', 'sample');
const HAS_TYPE = 1 << 0;
const HAS_TIME = 1 << 1;
const HAS_SAMPLE = 1 << 2;
// These in the order the functions below count them.
const SAMPLE = keysOf(
  'cpu_usage',
  'cpu_core_usage',
  'load_average',
  'total_memory',
  'used_memory',
  'total_swap',
  'used_swap',
  'disks',
  'network',
  'disk_io',
  'process_count',
  'uptime_secs',
);
const DISK = keysOf('mount', 'filesystem', 'total', 'used');
const INTERFACE = keysOf('interface', 'rx_bytes_per_sec', 'tx_bytes_per_sec');
const DEVICE = keysOf('device', 'read_bytes_per_sec', 'write_bytes_per_sec');

// Of the pass under way; it is over when `readPlainHeartbeat` returns.
const figures = new Float64Array(FIGURES.length);
/** Share in use of the disk whose figures are in there. */
let highest = -1;
let from = 0;
let to = 0;
/** The time, and the two numbers of an entry of a list. In here they are no objects of their own. */
const read = new Float64Array(3);
const TIME = 0;
const FIRST = 1;
const SECOND = 2;

const isPlain = (value: number): boolean => value >= 0;

function takeOfDisk(field: number): boolean {
  switch (field) {
    case 0:
      return skipText(MAX_MOUNT_CHARS);
    case 1:
      return skipText(MAX_NAME_CHARS);
    case 2:
      return isPlain((read[FIRST] = whole(ANY)));
    default:
      return isPlain((read[SECOND] = whole(ANY)));
  }
}

/** A name and two rates. */
function takeOfRates(field: number): boolean {
  switch (field) {
    case 0:
      return skipText(MAX_NAME_CHARS);
    case 1:
      return isPlain((read[FIRST] = number(ANY)));
    default:
      return isPlain((read[SECOND] = number(ANY)));
  }
}

function disk(): boolean {
  if (object(DISK, takeOfDisk) !== DISK.all) return false;
  const share = fullness(read[SECOND]!, read[FIRST]!);
  if (share > highest) {
    highest = share;
    figures[AT.diskTotal] = read[FIRST]!;
    figures[AT.diskUsed] = read[SECOND]!;
  }
  return true;
}

/** Adds two rates to two sums, which begin with the first entry. */
function addRates(entry: number, first: number, second: number): boolean {
  figures[first] = entry === 0 ? read[FIRST]! : figures[first]! + read[FIRST]!;
  figures[second] = entry === 0 ? read[SECOND]! : figures[second]! + read[SECOND]!;
  return true;
}

function network(entry: number): boolean {
  return object(INTERFACE, takeOfRates) === INTERFACE.all && addRates(entry, AT.received, AT.sent);
}

function diskIo(entry: number): boolean {
  return object(DEVICE, takeOfRates) === DEVICE.all && addRates(entry, AT.read, AT.written);
}

const percent = (): boolean => isPlain(number(MAX_PERCENT));

function load(entry: number): boolean {
  const value = number(ANY);
  if (entry === 0) figures[AT.load1] = value;
  return isPlain(value);
}

function takeReading(field: number): boolean {
  switch (field) {
    case 0:
      return isPlain((figures[AT.cpu] = number(MAX_PERCENT)));
    case 1:
      return list(MAX_CORES, percent) >= 0;
    case 2:
      return list(LOADS, load) === LOADS;
    case 3:
      return isPlain((figures[AT.totalMemory] = whole(ANY)));
    case 4:
      return isPlain((figures[AT.usedMemory] = whole(ANY)));
    case 5:
      return isPlain(whole(ANY));
    case 6:
      return isPlain((figures[AT.usedSwap] = whole(ANY)));
    case 7:
      return list(MAX_DISKS, disk) >= 0;
    case 8:
      return list(MAX_INTERFACES, network) >= 0;
    case 9:
      return list(MAX_DISKS, diskIo) >= 0;
    case 10:
      return isPlain(whole(ANY));
    default:
      return isPlain((figures[AT.uptime] = number(ANY)));
  }
}

function takeOfHeartbeat(field: number): boolean {
  switch (field) {
    case 0:
      return skip(TYPE);
    case 1:
      return isPlain((read[TIME] = whole(MAX_EPOCH_MS)));
    default:
      from = position();
      figures.fill(NaN);
      highest = -1;
      if (object(SAMPLE, takeReading) < 0) return false;
      to = position();
      return true;
  }
}

/**
 * @param body of a frame that a client sent in phase `ready`
 * @returns undefined when it is no heartbeat or not a plain one: `readMessage` is to judge it
 */
export function readPlainHeartbeat(body: Buffer): FreshHeartbeat | undefined {
  if (!start(body)) return undefined;
  const seen = object(HEARTBEAT, takeOfHeartbeat);
  if (seen < 0 || (seen & HAS_TYPE) === 0 || !isAtEnd()) return undefined;
  return {
    clientTimeMs: (seen & HAS_TIME) === 0 ? undefined : read[TIME],
    sample: (seen & HAS_SAMPLE) === 0 ? undefined : { figures, body, from, to },
  };
}
