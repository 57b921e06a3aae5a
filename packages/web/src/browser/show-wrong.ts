/** Brings what is filled in wrongly into sight, so that it is not left out. @returns whether there is any */
export function showWrong(form: HTMLElement | null): boolean {
  const wrong = form?.querySelector<HTMLInputElement>('input[aria-invalid="true"]');
  if (!wrong) return false;
  wrong.closest('details')?.setAttribute('open', '');
  wrong.focus();
  return true;
}
