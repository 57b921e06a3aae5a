export function tryMutants(_names: readonly string[], _say: (line: string) => void): Promise<number> {
  return Promise.resolve(1);
}
