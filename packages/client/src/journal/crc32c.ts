/** CRC-32C (Castagnoli), as iSCSI and ext4 use it: finds every flipped bit and every torn end of a record. */

const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** @param before of the bytes in front of these, to go on from */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  // oxlint-disable-next-line typescript/prefer-for-of -- an iterator costs four times as much
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
