import { OpsError } from '@ops/protocol/errors.ts';
import type { ErrorCode, ErrorDetails } from '@ops/protocol/errors.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

/** A refusal of a request with words of its own, in both languages, and what the answer must carry. */
export class RequestFault extends OpsError {
  readonly words: Words | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    more: {
      /** Goes behind the sentence of the code. */
      readonly words?: Words;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } & ErrorDetails = {},
  ) {
    const { words, headers = {}, ...details } = more;
    super(code, { ...(words && { reason: words.en }), ...details });
    this.name = 'RequestFault';
    this.words = words;
    this.headers = headers;
  }
}
