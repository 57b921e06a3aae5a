export async function nameForeignProcess(
  _files: readonly string[],
  _commandId: string,
  _pid: number,
  _append: (path: string, data: Buffer) => Promise<void>,
): Promise<void> {}
