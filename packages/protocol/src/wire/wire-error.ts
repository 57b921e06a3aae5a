/** Why a peer's bytes were refused. The code is sent in `error`, counted and logged; it costs that connection only. */
export const WIRE_ERROR_CODES = [
  'frame_size',
  'utf8',
  'json',
  'depth',
  'keys',
  'key',
  'duplicate',
  'number',
  'schema',
  'unknown_type',
  'wrong_direction',
  'wrong_phase',
  'mac',
  'identity',
  'rate',
] as const;

export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

export class WireError extends Error {
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string) {
    super(message);
    this.name = 'WireError';
    this.code = code;
  }
}
