/** Compares an answer that the manual shows with the true one. */

/** Figures of an example: a machine has its own. */
const EXAMPLES = /_(memory|epoch)$/;

/**
 * Where the true answer is not what the page shows; nothing when it is. What is shown has to be there: in objects each key, in lists
 * each element; `…` stands for any text, a figure of an example for any number. The true one may have more.
 */
export function resembles(shown: unknown, answer: unknown, at = '$'): string[] {
  if (shown === '…') return typeof answer === 'string' && answer !== '' ? [] : [`${at} is no text`];
  if (Array.isArray(shown)) {
    if (!Array.isArray(answer)) return [`${at} is no list`];
    return shown.flatMap((element, index) =>
      answer.some((each) => resembles(element, each).length === 0)
        ? []
        : [`${at}[${index}] is not there: ${JSON.stringify(answer)}`],
    );
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof answer !== 'object' || answer === null) return [`${at} is no object`];
    const own = new Map(Object.entries(answer));
    return Object.entries(shown).flatMap(([key, value]) => {
      if (!own.has(key)) return [`${at}.${key} is missing`];
      if (EXAMPLES.test(key)) return typeof own.get(key) === 'number' ? [] : [`${at}.${key} is no number`];
      return resembles(value, own.get(key), `${at}.${key}`);
    });
  }
  return shown === answer ? [] : [`${at} is ${JSON.stringify(answer)}, not ${JSON.stringify(shown)}`];
}
