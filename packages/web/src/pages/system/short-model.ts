/** What vendors put into the name of a processor that nobody reads. */
const NOISE = /\((?:R|TM|r|tm)\)|\bCPU\b|\bProcessor\b|\b\d+-Core\b|@\s*[\d.]+\s*GHz/g;

/** `Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz` → `Intel Xeon Gold 6338`. */
export function shortModel(model: string): string {
  return model.replace(NOISE, ' ').replace(/\s+/g, ' ').trim() || model;
}
