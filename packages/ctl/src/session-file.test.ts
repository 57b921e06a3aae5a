import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it } from 'vitest';

import { createSessionFile, sessionPath } from './session-file.ts';

describe('the session file', () => {
  it('is private, replaced by the next login and gone after logout', async () => {
    const temp = await tempDirectory('session');
    try {
      const file = createSessionFile(join(temp.path, 'opsctl', 'session'));
      expect(await file.read('http://a')).toBeUndefined();
      await file.write('http://a', 'first');
      await file.write('http://a', 'second');
      expect(await file.read('http://a')).toBe('second');
      expect((await stat(file.path)).mode & 0o777).toBe(0o600);
      // It belongs to one server and is shown to no other.
      expect(await file.read('http://b')).toBeUndefined();
      await chmod(file.path, 0o644);
      await expect(file.read('http://a')).rejects.toThrow('chmod 600');
      await file.remove();
      expect(await file.read('http://a')).toBeUndefined();
    } finally {
      await temp.remove();
    }
  });

  it('lies where configuration lies', () => {
    expect(sessionPath({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).toBe('/x/opsctl/session');
    expect(sessionPath({ HOME: '/h' })).toBe('/h/.config/opsctl/session');
    expect(sessionPath({})).toBeUndefined();
  });
});
