import { diagnosticsReference } from './diagnostics-reference.js';
import { checkFresh, writeChanged } from './generated-files.js';

/**
 * Writes the pages that are made by running our own code, which needs the generated sources first; `--check` only tells whether
 * they are fresh. Returns the exit code.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const [file, text] = await diagnosticsReference(root);
  if (args.includes('--check')) return checkFresh(root, [[file, text]]);
  await writeChanged(root, file, text);
  return 0;
}
