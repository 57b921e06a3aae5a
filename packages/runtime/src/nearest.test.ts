import { describe, expect, it } from 'vitest';

import { didYouMean, nearest } from './nearest.ts';

const KNOWN = ['http_port', 'tcp_port', 'http_bind_addr', 'log_level', 'tls'];

describe('what was probably meant', () => {
  it('is the nearest known word', () => {
    expect(
      ['htp_port', 'http_prot', 'http-port', 'HTTP_PORT', 'httpport', 'loglevel', 'tsl'].map((word) =>
        nearest(word, KNOWN),
      ),
    ).toEqual(['http_port', 'http_port', 'http_port', 'http_port', 'http_port', 'log_level', 'tls']);
  });

  it('is nothing when nothing is near', () => {
    expect(['xyz', 'password', '', 'a'.repeat(100)].map((word) => nearest(word, KNOWN))).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  it('is a question in an error', () => {
    expect(didYouMean('htp_port', KNOWN)).toBe('; did you mean http_port?');
    expect(didYouMean('xyz', KNOWN)).toBe('');
  });
});
