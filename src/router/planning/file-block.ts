import { nodeCrypto } from '../../crypto/crypto.js';
import { visible } from '../../diagnostics/visible.js';

/** A file between marks. One that holds such marks itself gets others, which it cannot know, and so cannot forge. */
export function fileBlock(name: string, text: string): string {
  const mark = /<\/?file/i.test(text) ? `file-${nodeCrypto().randomBytes(8).toString('hex')}` : 'file';
  return `<${mark} path="${attribute(name)}">\n${text}\n</${mark}>`;
}

/** A name of a file may hold anything but `/` and NUL. */
function attribute(name: string): string {
  return visible(name).replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
