import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A file below the repository's root, and what it is to hold. */
export type GeneratedFile = readonly [file: string, text: string];

/** Tells on stderr which committed files are stale; the exit code. */
export async function checkFresh(root: string, files: readonly GeneratedFile[]): Promise<number> {
  const stale: string[] = [];
  for (const [file, wanted] of files) {
    const found = await readFile(path.join(root, file), 'utf8').catch(() => null);
    if (found !== wanted) stale.push(`${file} is stale: run \`npm run generate\``);
  }
  return stale.length === 0 ? 0 : fail(stale);
}

/** Says what is wrong; the exit code. */
export function fail(lines: readonly string[]): number {
  process.stderr.write(`${lines.join('\n')}\n`);
  return 1;
}

/** An unchanged file keeps its time, so that watchers and caches rest. */
export async function writeChanged(root: string, file: string, text: string): Promise<void> {
  const target = path.join(root, file);
  const found = await readFile(target, 'utf8').catch(() => null);
  if (found === text) return;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}
