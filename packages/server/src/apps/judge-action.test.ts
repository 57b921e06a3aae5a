import { describe, expect, it } from 'vitest';

import type { AppInfo } from '@ops/protocol/domain/app.ts';

import { actionRefusal } from './judge-action.ts';
import type { AppWork } from './judge-action.ts';

const APP: AppInfo = { name: 'shop', service_status: 'Running', has_script: true };
const HOST = { readonly: false };
const STATUS: AppWork = { kind: 'service', appName: 'shop', action: 'Status' };
const UPDATE: AppWork = { kind: 'update', appName: 'shop', version: 'v2' };
const CHANGES: readonly AppWork[] = [
  { kind: 'service', appName: 'shop', action: 'Start' },
  { kind: 'service', appName: 'shop', action: 'Stop' },
  { kind: 'service', appName: 'shop', action: 'Restart' },
  UPDATE,
];

describe('an action', () => {
  it('on an app with a script is allowed, also where the client does not say whether it may be acted on', () => {
    for (const work of [...CHANGES, STATUS]) {
      expect(actionRefusal(work, HOST, APP)).toBeUndefined();
      expect(actionRefusal(work, HOST, { ...APP, actions: true, notes: ['not_restarted'] })).toBeUndefined();
    }
  });

  it('on an app that others could change is refused, and the host says why', () => {
    const app: AppInfo = {
      ...APP,
      actions: false,
      notes: ['unsafe'],
      status_reason: 'anybody may write to it',
    };
    for (const work of [...CHANGES, STATUS]) {
      const refusal = actionRefusal(work, HOST, app);
      expect(refusal).toMatchObject({ ok: false, reason: 'NOT_ALLOWED', detail: { token: 'shop' } });
      expect(refusal?.detail.en).toContain('anybody may write to it');
      expect(refusal?.detail.zh).toMatch(/[一-龥].*anybody may write to it/);
    }
    expect(actionRefusal(UPDATE, HOST, { ...APP, notes: ['unsafe'] })?.detail.en).toContain(
      'others may change',
    );
    expect(actionRefusal(UPDATE, HOST, { ...APP, actions: false })).toBeDefined();
  });

  it('that needs a script is refused without one; to look does not', () => {
    for (const work of CHANGES) {
      expect(actionRefusal(work, HOST, { ...APP, has_script: false })?.detail.en).toContain('shop.sh');
    }
    expect(actionRefusal(STATUS, HOST, { ...APP, has_script: false, actions: false })).toBeUndefined();
  });

  it('on a readonly host is refused whatever it is', () => {
    for (const work of [...CHANGES, STATUS]) {
      expect(actionRefusal(work, { readonly: true }, APP)?.detail.en).toContain('readonly');
    }
  });

  it('is explained in a sentence that fits the answer', () => {
    const app: AppInfo = { ...APP, notes: ['unsafe'], status_reason: 'x'.repeat(512) };
    expect(actionRefusal(UPDATE, HOST, app)?.detail.en).toHaveLength(512);
  });
});
