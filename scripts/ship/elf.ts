/**
 * Node as its package brings it → the Node that goes into a single file: without symbols and debugging data, and with
 * a RUNPATH, so that it finds libatomic.so.1 in `../lib` where the host has none.
 *
 * Both are done here rather than by `strip` and `patchelf`: the result is then the same on every machine, also for
 * another architecture, and nothing in the file moves. patchelf makes room by moving segments, which `--build-sea` does
 * not survive.
 *
 *   header │ segments: … .dynsym .dynstr … .dynamic … │ symbols, debugging data │ section names │ section table
 *                              ▲               ▲         └───────── cut ────────┘
 *                              │               └ an entry that was empty: RUNPATH, at
 *                              └ the longest symbol name of all, which nobody looks up any more
 */

const SHF_ALLOC = 2n;
const SHT_NOBITS = 8;
const DT = { end: 0n, needed: 1n, soname: 14n, rpath: 15n, runpath: 29n } as const;
const SECTION_HEADER = 64;
const SYMBOL = 24;
const DYNAMIC_ENTRY = 16;
const UNDEFINED = 0;

/** The kind of processor, as the header names it. */
export function machineOf(file: Buffer): number {
  return file.readUInt16LE(18);
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly allocated: boolean;
  readonly offset: number;
  readonly size: number;
}

function sectionsOf(file: Buffer): Section[] {
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    throw new Error('not an ELF file of 64 bits, little-endian');
  const table = Number(file.readBigUInt64LE(40));
  const count = file.readUInt16LE(60);
  const names = offsetAt(file, table + file.readUInt16LE(62) * SECTION_HEADER);
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * SECTION_HEADER;
    return {
      name: textAt(file, names + file.readUInt32LE(at)),
      type: file.readUInt32LE(at + 4),
      allocated: (file.readBigUInt64LE(at + 8) & SHF_ALLOC) !== 0n,
      offset: offsetAt(file, at),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function offsetAt(file: Buffer, header: number): number {
  return Number(file.readBigUInt64LE(header + 24));
}

function textAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}

function find(sections: readonly Section[], name: string): Section {
  const found = sections.find((section) => section.name === name);
  if (!found) throw new Error(`this ELF file has no ${name}`);
  return found;
}

/** Without what is not loaded when it runs. The loaded part stays byte by byte where it was. */
export function stripped(file: Buffer): Buffer {
  const sections = sectionsOf(file);
  const table = Number(file.readBigUInt64LE(40));
  const namesIndex = file.readUInt16LE(62);
  const kept = sections.findLastIndex(({ allocated }) => allocated) + 1;
  if (sections.slice(1, kept).some(({ allocated }) => !allocated))
    throw new Error('sections that are loaded and sections that are not stand mixed');
  const loadedEnd = Math.max(
    ...sections
      .slice(0, kept)
      .map(({ type, offset, size }) => (type === SHT_NOBITS ? offset : offset + size)),
  );
  const names = sections[namesIndex]!;
  const padding = Buffer.alloc((8 - ((loadedEnd + names.size) % 8)) % 8);
  const namesHeader = Buffer.from(
    file.subarray(table + namesIndex * SECTION_HEADER, table + (namesIndex + 1) * SECTION_HEADER),
  );
  namesHeader.writeBigUInt64LE(BigInt(loadedEnd), 24);
  const result = Buffer.concat([
    file.subarray(0, loadedEnd),
    file.subarray(names.offset, names.offset + names.size),
    padding,
    file.subarray(table, table + kept * SECTION_HEADER),
    namesHeader,
  ]);
  result.writeBigUInt64LE(BigInt(loadedEnd + names.size + padding.length), 40);
  result.writeUInt16LE(kept + 1, 60);
  result.writeUInt16LE(kept, 62);
  return result;
}

/** @param runPath where it looks for libraries first; `$ORIGIN` is the directory of the file itself */
export function withRunPath(file: Buffer, runPath: string): Buffer {
  const result = Buffer.from(file);
  const sections = sectionsOf(result);
  const strings = find(sections, '.dynstr');
  const symbols = find(sections, '.dynsym');
  const dynamic = find(sections, '.dynamic');
  const needs = find(sections, '.gnu.version_r');

  /** Every place in the strings that something points to. */
  const used: number[] = [];
  const entries = Array.from(
    { length: dynamic.size / DYNAMIC_ENTRY },
    (_, index) => dynamic.offset + index * DYNAMIC_ENTRY,
  );
  const end = entries.findIndex((at) => result.readBigUInt64LE(at) === DT.end);
  for (const at of entries.slice(0, end)) {
    const tag = result.readBigUInt64LE(at);
    if (tag === DT.rpath || tag === DT.runpath) throw new Error('it has a RUNPATH already');
    if (tag === DT.needed || tag === DT.soname) used.push(Number(result.readBigUInt64LE(at + 8)));
  }
  used.push(...versionNames(result, needs));
  const own = new Set<number>();
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += SYMBOL) {
    const name = result.readUInt32LE(at);
    used.push(name);
    // What it needs from elsewhere is looked up by its name when it starts.
    if (result.readUInt16LE(at + 6) !== UNDEFINED) own.add(name);
  }

  const free = entries[end];
  if (free === undefined || entries.length - end < 2)
    throw new Error('its dynamic section has no room for a RUNPATH');
  const place = longestName(
    result,
    strings.offset,
    own,
    used.toSorted((a, b) => a - b),
  );
  if (place.length < runPath.length) throw new Error(`no symbol name is as long as ${runPath}`);
  result.write(`${runPath}\0`, strings.offset + place.at, 'latin1');
  result.writeBigUInt64LE(DT.runpath, free);
  result.writeBigUInt64LE(BigInt(place.at), free + 8);
  return result;
}

/** Offsets of the names of needed files and of their versions. */
function versionNames(file: Buffer, { offset, size }: Section): number[] {
  const found: number[] = [];
  for (let at = offset; at < offset + size;) {
    found.push(file.readUInt32LE(at + 4));
    const auxiliaries = file.readUInt16LE(at + 2);
    let auxiliary = at + file.readUInt32LE(at + 8);
    for (let index = 0; index < auxiliaries; index++) {
      found.push(file.readUInt32LE(auxiliary + 8));
      auxiliary += file.readUInt32LE(auxiliary + 12);
    }
    const next = file.readUInt32LE(at + 12);
    if (next === 0) break;
    at += next;
  }
  return found;
}

/** The longest of the names that are nobody else's, nor the end or the beginning of another's. @param used sorted */
function longestName(
  file: Buffer,
  strings: number,
  names: ReadonlySet<number>,
  used: readonly number[],
): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (const [index, at] of used.entries()) {
    if (!names.has(at) || file[strings + at - 1] !== 0) continue;
    const length = file.indexOf(0, strings + at) - strings - at;
    const next = used[index + 1] ?? Infinity;
    if (next > at + length && length > best.length) best = { at, length };
  }
  return best;
}
