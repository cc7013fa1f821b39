import { benchmarksPage } from './benchmarks-page/page.js';
import { commandTree } from './command-tree.js';
import { commandsPage } from './commands-page.js';
import { diagnosticsReference } from './diagnostics-reference.js';
import { checkFresh, fail, type GeneratedFile, writeChanged } from './generated-files.js';
import { manPages } from './man-pages.js';
import { rpcPage } from './rpc-page.js';

/**
 * Writes the pages that the build does not need: those that are made by running our own code, which needs the generated sources first, and
 * that of the benchmarks, which holds figures of all of them or is not written. `--check` only tells whether they are fresh. Returns the
 * exit code.
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const benchmarks = await benchmarksPage(root);
  const program = commandTree();
  const files: GeneratedFile[] = [
    ['docs/reference/commands.md', commandsPage(program)],
    ...(await manPages(program)),
    await diagnosticsReference(root),
    ['docs/reference/rpc.md', rpcPage()],
    ...(benchmarks.trouble.length === 0 ? [benchmarks.file] : []),
  ];
  const code = benchmarks.trouble.length === 0 ? 0 : fail(benchmarks.trouble);
  if (args.includes('--check')) return Math.max(code, await checkFresh(root, files));
  for (const [file, text] of files) await writeChanged(root, file, text);
  return code;
}
