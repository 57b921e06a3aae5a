/** Takes a page and keeps it small: Chromium itself makes WebP of its picture. */
import type { Browser, Page } from '@playwright/test';

/** As the eye sees it: without a cursor that blinks, with every fading at its end, and fonts there. */
const SETTLED = `document.fonts.ready.then(() => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
})`;

const TO_WEBP = `async ([png, quality]) => {
  const blob = await (await fetch('data:image/png;base64,' + png)).blob();
  const image = await createImageBitmap(blob);
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', quality).split(',')[1];
}`;

/** 1 would be without a loss, at twice the size. */
const QUALITY = 0.8;

export interface Camera extends AsyncDisposable {
  take(page: Page): Promise<Buffer>;
}

export async function openCamera(browser: Browser): Promise<Camera> {
  const darkroom = await browser.newPage();
  return {
    async take(page) {
      await page.evaluate(SETTLED);
      const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
      const taken = JSON.stringify([png.toString('base64'), QUALITY]);
      const webp = await darkroom.evaluate<string>(`(${TO_WEBP})(${taken})`);
      return Buffer.from(webp, 'base64');
    },
    [Symbol.asyncDispose]: () => darkroom.close(),
  };
}
