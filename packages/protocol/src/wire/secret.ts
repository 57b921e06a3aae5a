/** Whether a shared secret is worth its name. Both programs warn at every start; a weak one still works. */
import { STRONG_SECRET_CHARS } from './limits.ts';

/** What manuals, examples and habit put where a secret belongs. Compared without case, spaces and punctuation. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'yoursecret',
  'yoursharedsecret',
  'yoursecrethere',
  'yoursecretkey',
  'yourtokenhere',
  'testsecret123',
  'wrongsecret456',
  'changeme',
  'replaceme',
  'secret',
  'sharedsecret',
  'password',
  'admin123',
]);

/**
 * @param secret as configured; its UTF-8 bytes are counted
 * @returns why it is weak, as the end of a sentence ("… is"), without the secret; undefined for a strong one
 */
export function weakSecret(secret: string): string | undefined {
  if (PLACEHOLDERS.has(secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '')))
    return 'a placeholder from a manual';
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < STRONG_SECRET_CHARS) return `shorter than ${STRONG_SECRET_CHARS} bytes`;
  // A repeated character is as long as it likes and still one guess.
  if (new Set(bytes).size < 8) return 'made of too few different characters';
  return undefined;
}
