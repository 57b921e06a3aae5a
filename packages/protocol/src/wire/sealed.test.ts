import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';

import { sealingKey, transcriptHash } from './handshake.ts';
import { seal, unseal } from './sealed.ts';

const KEY = randomBytes(32);
const TEXT = 'a'.repeat(64);

it('only the key it was sealed with opens it', () => {
  const box = seal(KEY, TEXT);
  expect(unseal(KEY, box)).toBe(TEXT);
  expect(box).not.toContain(Buffer.from(TEXT).toString('hex'));
  expect(() => unseal(randomBytes(32), box)).toThrow('cannot be opened');
});

it('a changed bit anywhere is noticed', () => {
  const box = Buffer.from(seal(KEY, TEXT), 'hex');
  for (let i = 0; i < box.length; i++) {
    const changed = Buffer.from(box);
    changed[i]! ^= 1;
    expect(() => unseal(KEY, changed.toString('hex'))).toThrow('cannot be opened');
  }
});

/** docs/protocol.md, "Enrolment": the transcript of the test vectors, plain. */
it('is what the protocol page shows', () => {
  const th = transcriptHash({
    mode: 'plain',
    serverId: '0f0e0d0c-0b0a-4908-8706-050403020100',
    clientId: '11111111-2222-4333-8444-555555555555',
    nonce: '00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f',
    timestamp: 1_756_540_800,
    clientNonce: `${'f'.repeat(60)}0001`,
    clientTime: 1_756_540_801,
    channelBinding: Buffer.alloc(0),
    challengeBody: Buffer.from(
      '{"type":"auth_challenge","v":2,"server_id":"0f0e0d0c-0b0a-4908-8706-050403020100","nonce":"00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f","timestamp":1756540800,"expires_in":30,"cb":"none"}',
    ),
  });
  const key = sealingKey(Buffer.from('test-secret-123'), th);
  expect(th.toString('hex')).toBe('4921503e0b1d0d0abf940bcb7f1449f8cd029aa6c0964f684650c71053621a94');
  expect({ key: key.toString('hex'), box: seal(key, 'hello') }).toEqual(VECTOR);
});

const VECTOR = {
  key: '14a1f5dc0762a64d85d1dfd6954a249291c2f35bd72e7ea5bca3a3bb5817072c',
  box: 'b4c3b4e544fc2c37a8d196bf9118ee5aefc2d5bc63',
};
