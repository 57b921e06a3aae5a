/** Whether this is a machine of Apple's, whose shortcuts have Command where others have Control. */
export function isApple(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent);
}
