import { randomBytes, randomUUID } from 'node:crypto';

/** Chance, as the rest of the product may see it. All of it is cryptographic; the simulation seeds its own. */
export interface Random {
  bytes(count: number): Buffer;
  uuid(): string;
  /** Evenly from 0 (included) to 1 (excluded): for jitter. */
  unit(): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  unit: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
