/** The notices that must go with a program: of every package in it, of Node, of libatomic. */
import type { Library } from './bundle.ts';
import type { NodeBase } from './node-base.ts';

const RULE = '='.repeat(80);

/** What the Runtime Library Exception allows: to pass it on beside a program of any licence. */
const LIBATOMIC_NOTICE = `libatomic.so.1 is part of the GNU Compiler Collection, Copyright Free Software Foundation, Inc.
It is free software under the GNU General Public License, version 3 or later, with the GCC Runtime Library Exception,
version 3.1 (https://www.gnu.org/licenses/gcc-exception-3.1.html), and comes unchanged from the system this was built
on, whose source packages hold its source. The file in lib/ is used only where a program is started from this archive.`;

export function thirdPartyNotices(libraries: readonly Library[], node: NodeBase): string {
  const parts = [
    ...libraries.map(({ name, version, license, text }) => [
      `${name} ${version} (${license})`,
      text || `Licence: ${license}`,
    ]),
    ['libatomic', LIBATOMIC_NOTICE],
    [`Node.js ${node.version}`, node.license],
  ];
  return parts.map(([title, text]) => `${RULE}\n${title}\n${RULE}\n\n${text}\n`).join('\n');
}
