import { realpath, stat } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { applyFixes } from '../diagnostics/fix.js';
import { err, ok, type Result } from '../domain/result.js';
import { readRegularFile, reasonOf, writeByRename } from '../files.js';
import type { ConfigFile } from '../lint/load.js';
import { MAX_BYTES } from './read.js';

/** Result of applying fixes. */
export interface Fixed {
  /** The corrected findings, with their old places. */
  mended: Diagnostic[];
  /** Sentences about files that could not be changed. */
  trouble: string[];
}

const BOM = '\uFEFF';

/** Applies the fixes of these findings to the files, by rename; all other bytes are kept. */
export async function fixFiles(
  files: readonly ConfigFile[],
  diagnostics: readonly Diagnostic[],
): Promise<Fixed> {
  const fixed: Fixed = { mended: [], trouble: [] };
  for (const file of files) {
    const fixable = diagnostics.filter(({ fix }) => fix !== null && fix.place.file === file.file);
    const fixes = fixable.flatMap(({ fix }) => fix ?? []);
    const { text, applied } = applyFixes(withoutBom(file.text), fixes);
    if (applied.length === 0) continue;
    const written = await rewrite(file, text);
    if (!written.ok) fixed.trouble.push(written.error);
    else fixed.mended.push(...fixable.filter(({ fix }) => fix !== null && applied.includes(fix)));
  }
  return fixed;
}

/** Writes through a link and keeps the mode; a file that was changed meanwhile is not written. */
async function rewrite({ file, path, text: read }: ConfigFile, text: string): Promise<Result<null, string>> {
  try {
    const target = await realpath(path);
    const [now, { mode }] = [
      (await readRegularFile(target, { maxBytes: MAX_BYTES })).toString('utf8'),
      await stat(target),
    ];
    if (withoutBom(now) !== withoutBom(read))
      return err(`\`${file}\` was changed meanwhile, and is left as it is`);
    await writeByRename(target, now.startsWith(BOM) ? BOM + text : text, { mode });
    return ok(null);
  } catch (error) {
    return err(`\`${file}\` cannot be written: ${reasonOf(error)}`);
  }
}

function withoutBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(BOM.length) : text;
}
