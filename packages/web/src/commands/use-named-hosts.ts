/** Hosts inside a sentence. */
import { useCommandText } from '../text/use-command-text.ts';

/** So many by name; the others are a number. */
const NAMED = 6;

export function useNamedHosts(): (hosts: readonly { readonly hostname: string }[]) => string {
  const { text, format } = useCommandText();
  return (hosts) => {
    const named = hosts.slice(0, NAMED).map(({ hostname }) => hostname);
    return text.namedHosts(named, hosts.length - named.length, format);
  };
}
