/** The processor's name: pure reading of /proc/cpuinfo, which every architecture writes in its own way. */

/** Cores of ARM processors, which tell numbers instead of names: `implementer part` in hex, as the kernel prints them. */
const ARM_CORES: ReadonlyMap<string, string> = new Map([
  ['41 b76', 'ARM1176'],
  ['41 c07', 'Cortex-A7'],
  ['41 c08', 'Cortex-A8'],
  ['41 c09', 'Cortex-A9'],
  ['41 c0f', 'Cortex-A15'],
  ['41 d03', 'Cortex-A53'],
  ['41 d04', 'Cortex-A35'],
  ['41 d05', 'Cortex-A55'],
  ['41 d07', 'Cortex-A57'],
  ['41 d08', 'Cortex-A72'],
  ['41 d09', 'Cortex-A73'],
  ['41 d0a', 'Cortex-A75'],
  ['41 d0b', 'Cortex-A76'],
  ['41 d0c', 'Neoverse-N1'],
  ['41 d0d', 'Cortex-A77'],
  ['41 d40', 'Neoverse-V1'],
  ['41 d41', 'Cortex-A78'],
  ['41 d49', 'Neoverse-N2'],
  ['41 d4f', 'Neoverse-V2'],
  ['41 d84', 'Neoverse-V3'],
  ['41 d8e', 'Neoverse-N3'],
  ['43 0af', 'ThunderX2'],
  ['48 d01', 'Kunpeng-920'],
  ['48 d02', 'Kunpeng-920B'],
  ['70 662', 'Phytium FTC662'],
  ['70 663', 'Phytium FTC663'],
  ['70 664', 'Phytium FTC664'],
  ['c0 ac3', 'Ampere-1'],
  ['c0 ac4', 'Ampere-1A'],
]);

/** Names of lines that hold a processor's name, the better first: x86 and old ARM, LoongArch and MIPS, POWER, RISC-V, boards. */
const NAMED = ['model name', 'Model Name', 'cpu model', 'cpu', 'uarch', 'Processor', 'Model', 'Hardware'];

function values(cpuinfo: string, name: string): string[] {
  return [...cpuinfo.matchAll(new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'gm'))].map((found) =>
    found[1]!.trim(),
  );
}

function armCores(cpuinfo: string): string | undefined {
  const implementers = values(cpuinfo, 'CPU implementer');
  const parts = values(cpuinfo, 'CPU part');
  const names = new Set<string>();
  for (const [i, part] of parts.entries()) {
    const key = `${implementers[i] ?? ''} ${part}`.toLowerCase().replaceAll('0x', '');
    names.add(ARM_CORES.get(key) ?? `ARM ${key}`);
  }
  return names.size > 0 ? [...names].slice(0, 4).join(' + ') : undefined;
}

/** Undefined when the file tells nothing a person could use. */
export function parseCpuModel(cpuinfo: string): string | undefined {
  const arm = armCores(cpuinfo);
  // 32-bit ARM kernels also write `model name: ARMv7 Processor rev 3 (v7l)`, which says less than the core's name.
  if (arm) return arm;
  for (const name of NAMED) {
    const found = values(cpuinfo, name).find((value) => value !== '');
    if (found) return found.replace(/\s+/g, ' ').slice(0, 256);
  }
  return undefined;
}
