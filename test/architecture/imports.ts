import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** One import of a source file: a module below src by its path, or a package by its name. */
export interface Import {
  /** Importing file, below src. */
  file: string;
  /** A path below src such as `router/run.ts`, else the specifier. */
  target: string;
  ours: boolean;
  typeOnly: boolean;
  /** By `import()`, when needed. */
  lazy: boolean;
  /** What is imported, under its own name; none for a lazy import. */
  names: string[];
}

/** Every TypeScript file below src, generated ones left out. */
export function sourceFiles(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .sort();
}

/** The text of a source file. */
export function readSource(file: string): string {
  return readFileSync(path.join(ROOT, 'src', file), 'utf8');
}

/** All imports of a file, static and lazy. */
export function importsOf(file: string): Import[] {
  const text = readSource(file);
  const found: Import[] = [];
  const patterns =
    /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const [, type, clause = '', fixed, lazy] of text.matchAll(patterns)) {
    const specifier = fixed ?? lazy ?? '';
    const ours = specifier.startsWith('.');
    const target = ours
      ? path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
      : specifier;
    found.push({
      file,
      target,
      ours,
      typeOnly: type !== undefined,
      lazy: fixed === undefined,
      names: namesIn(clause),
    });
  }
  return found;
}

/** `{ type Stats, open as openFile }` imports `Stats` and `open`. */
function namesIn(clause: string): string[] {
  return clause
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/^(\w+)\s+as\s.*$/, '$1'),
    )
    .filter((name) => name !== '');
}

/** The part that a file belongs to: its top folder, or the file itself at the top of src. */
export function partOf(file: string): string {
  const [top = '', ...rest] = file.split('/');
  return rest.length === 0 ? top.replace(/\.ts$/, '') : top;
}
