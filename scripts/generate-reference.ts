import { diagnosticsReference } from './diagnostics-reference.js';
import { checkFresh, type GeneratedFile, writeChanged } from './generated-files.js';
import { rpcPage } from './rpc-page.js';

/**
 * Writes the pages that are made by running our own code, which needs the generated sources first; `--check` only tells whether
 * they are fresh. Returns the exit code.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const files: GeneratedFile[] = [await diagnosticsReference(root), ['docs/reference/rpc.md', rpcPage()]];
  if (args.includes('--check')) return checkFresh(root, files);
  for (const [file, text] of files) await writeChanged(root, file, text);
  return 0;
}
