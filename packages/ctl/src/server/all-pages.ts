/** Every host of a list that is read page by page, in their order. @param page from this host on */
export async function allPages<Host>(
  page: (offset: number) => Promise<{ readonly hosts: readonly Host[]; readonly total: number }>,
): Promise<readonly Host[]> {
  const all: Host[] = [];
  for (;;) {
    const { hosts, total } = await page(all.length);
    all.push(...hosts);
    if (hosts.length === 0 || all.length >= total) return all;
  }
}
