/** Chance in the console: a name for a request that nobody else will take. */
const BYTES = 16;

/** 32 hexadecimal digits. `crypto.randomUUID` is not there on a page over plain HTTP; this is. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
