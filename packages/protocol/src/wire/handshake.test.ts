import { createSecretKey, hkdfSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  clientProof,
  equalProof,
  frameMac,
  response,
  secretBytes,
  serverProof,
  sessionKeys,
  transcriptHash,
} from './handshake.ts';
import type { Transcript } from './handshake.ts';

// The test vectors of docs/protocol.md, "Authentication".
const secret = secretBytes('test-secret-123');
const SERVER_ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
const CLIENT_ID = '11111111-2222-4333-8444-555555555555';
const NONCE = '00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f';
const TIMESTAMP = 1_756_540_800;
const challengeBody = Buffer.from(
  JSON.stringify({
    type: 'auth_challenge',
    v: 2,
    server_id: SERVER_ID,
    nonce: NONCE,
    timestamp: TIMESTAMP,
    expires_in: 30,
    cb: 'none',
  }),
);
const plain: Transcript = {
  mode: 'plain',
  serverId: SERVER_ID,
  clientId: CLIENT_ID,
  nonce: NONCE,
  timestamp: TIMESTAMP,
  clientNonce: 'f'.repeat(60) + '0001',
  clientTime: 1_756_540_801,
  channelBinding: Buffer.alloc(0),
  challengeBody,
};
// With the bytes of frame 1 unchanged, as the vectors say.
const tls: Transcript = { ...plain, mode: 'tls', channelBinding: Buffer.alloc(32, 0xab) };
const heartbeat = Buffer.from('{"type":"heartbeat"}');

describe('test vectors of the protocol', () => {
  it('has a first frame of 208 bytes', () => expect(challengeBody.length).toBe(208));

  it('R', () => {
    expect(response(secret, CLIENT_ID, NONCE, TIMESTAMP)).toBe(
      '759b492c1288afdff8935c51400ca9215e29c057bfd00c5ae902d485b1bd4bfe',
    );
  });

  it('TH, P and SP over plain TCP', () => {
    const th = transcriptHash(plain);
    expect(th.toString('hex')).toBe('4921503e0b1d0d0abf940bcb7f1449f8cd029aa6c0964f684650c71053621a94');
    expect(clientProof(secret, th)).toBe('eff626fc818f65e5a066387f33398b42108e9fce8985e9663224f853c43f00df');
    expect(serverProof(secret, th)).toBe('ac92ee9207206bdfe73ee91f5bc6b7dbf58a0fcf695ac564ffd12cedaaa31e3d');
  });

  it('P and SP over TLS', () => {
    const th = transcriptHash(tls);
    expect(clientProof(secret, th)).toBe('cc514bdd52520bd5c39d84d022dad9152fcff06a9bf546ef3325a8796fc9fb6b');
    expect(serverProof(secret, th)).toBe('f610cffcb0d5b0bfdba2661056b4e607c1d56ca6948603ac3333846b2c9c1a60');
  });

  it('the first MAC of each direction', () => {
    const keys = sessionKeys(secret, transcriptHash(plain));
    expect(frameMac(keys.clientToServer, 0, heartbeat).toString('hex')).toBe(
      '8b958c91ac8295977c00c26336dc3e7b7cc4dd2ac39dcfc8f2a3250de495926c',
    );
    expect(frameMac(keys.serverToClient, 0, heartbeat).toString('hex')).toBe(
      'bd164641be671afd9432594219fa81c75a90ff8e69abb33dea281e632d13e5cb',
    );
  });
});

describe('what the proofs bind (S-10)', () => {
  const changed: readonly [string, Transcript][] = [
    ['mode', { ...plain, mode: 'tls' }],
    ['server', { ...plain, serverId: CLIENT_ID }],
    ['client', { ...plain, clientId: SERVER_ID }],
    ['nonce', { ...plain, nonce: '1'.repeat(64) }],
    ['timestamp', { ...plain, timestamp: TIMESTAMP + 1 }],
    ['client nonce', { ...plain, clientNonce: '0'.repeat(64) }],
    ['client time', { ...plain, clientTime: TIMESTAMP }],
    ['channel', { ...plain, channelBinding: Buffer.alloc(32) }],
    [
      'challenge as sent, and with it the version',
      { ...plain, challengeBody: Buffer.from(challengeBody.toString().replace('"v":2', '"v":1')) },
    ],
  ];
  it.each(changed)(
    'another %s gives another transcript, and so other proofs and keys',
    (_name, transcript) => {
      const th = transcriptHash(transcript);
      expect(th).not.toEqual(transcriptHash(plain));
      expect(clientProof(secret, th)).not.toBe(clientProof(secret, transcriptHash(plain)));
    },
  );

  it('a proof of one side is not one of the other, and each direction has its own key', () => {
    const th = transcriptHash(plain);
    const keys = sessionKeys(secret, th);
    expect(clientProof(secret, th)).not.toBe(serverProof(secret, th));
    expect(keys.clientToServer.equals(keys.serverToClient)).toBe(false);
    const labels = ['client-proof', 'server-proof', 'c2s-mac', 's2c-mac'];
    const derived = labels.map((label) =>
      Buffer.from(
        hkdfSync(
          'sha256',
          secret,
          'ops-auth-v2 extract',
          Buffer.concat([Buffer.from(`ops-auth-v2 ${label}\0`), th]),
          32,
        ),
      ),
    );
    expect(keys.clientToServer.equals(createSecretKey(derived[2]!))).toBe(true);
    expect(keys.serverToClient.equals(createSecretKey(derived[3]!))).toBe(true);
  });

  it('a MAC depends on sequence number, key and every byte', () => {
    const keys = sessionKeys(secret, transcriptHash(plain));
    const mac = frameMac(keys.clientToServer, 0, heartbeat);
    expect(frameMac(keys.clientToServer, 1, heartbeat)).not.toEqual(mac);
    expect(frameMac(keys.clientToServer, 2 ** 32, heartbeat)).not.toEqual(mac);
    expect(frameMac(keys.serverToClient, 0, heartbeat)).not.toEqual(mac);
    expect(frameMac(keys.clientToServer, 0, Buffer.from('{"type":"heartbeat"} '))).not.toEqual(mac);
  });
});

it('the secret is its UTF-8, neither trimmed nor decoded', () => {
  expect(secretBytes(' 00ff密 ').toString('hex')).toBe('2030306666e5af8620');
});

it('equalProof compares strings and buffers, and takes another length as unequal', () => {
  expect(equalProof('abcd', 'abcd')).toBe(true);
  expect(equalProof('abcd', 'abce')).toBe(false);
  expect(equalProof('abcd', 'abcde')).toBe(false);
  expect(equalProof(Buffer.from('abcd'), 'abcd')).toBe(true);
  expect(equalProof('', '')).toBe(true);
});
