/** docs/gallery.md, made from the table of the gallery. Pure. */
import { PICTURES } from './pictures.ts';
import type { Picture } from './pictures.ts';
import { SHOTS } from './shots.ts';

const HEAD = `# Gallery · 截图

Every page of the console, by \`npm run -s pictures\` from the real product with a made-up fleet.
控制台的每个页面，由 \`npm run -s pictures\` 用真实产品和虚构的主机拍摄。

`;

const WIDTH: Readonly<Record<Picture['screen'], number>> = { wide: 480, phone: 195 };

function image({ shot, language, screen, file }: Picture): string {
  return `<a href="gallery/${file}"><img src="gallery/${file}" width="${WIDTH[screen]}" alt="${shot.title[language]}"></a>`;
}

export function galleryPage(): string {
  const sections = SHOTS.map((shot) => {
    const own = PICTURES.filter((picture) => picture.shot === shot);
    const row = (of: (picture: Picture) => boolean): string => own.filter(of).map(image).join(' ');
    return [
      `## ${shot.title.zh} · ${shot.title.en}`,
      `${shot.caption.zh} ${shot.caption.en}`,
      row(({ screen, scheme }) => screen === 'wide' && scheme === 'light'),
      ...(shot.dark ? [row(({ scheme }) => scheme === 'dark')] : []),
      row(({ screen }) => screen === 'phone'),
    ].join('\n\n');
  });
  return `${HEAD}${sections.join('\n\n')}\n`;
}
