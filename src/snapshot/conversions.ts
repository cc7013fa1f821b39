import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { readRegularFile } from '../files.js';
import { type BytePath, shownPath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';
import type { IndexContent } from './listing.js';

/**
 * The files whose bytes may differ from those in the index although Git counts them as unchanged, since it converts them: line ends, filters
 * such as that of Git LFS, encodings, keywords.
 */
export async function converted(
  repository: Repository,
  indexFile: string,
  listed: IndexContent,
): Promise<Result<BytePath[], Trouble>> {
  const kinds = await conversionsIn(repository, listed);
  const none = ok<BytePath[]>([]);
  const [filtered, resized] = await Promise.all([
    kinds.filters ? withFilters(repository, listed) : none,
    kinds.lineEnds ? ofOtherSize(repository, indexFile) : none,
  ]);
  if (!filtered.ok) return filtered;
  return resized.ok ? ok([...filtered.value, ...resized.value]) : resized;
}

/** Which conversions the attributes and settings may ask for at all. */
async function conversionsIn(
  { root, settings, attributeFiles }: Repository,
  listed: IndexContent,
): Promise<{ lineEnds: boolean; filters: boolean }> {
  const files = [...attributeFiles, ...listed.attributes.map((path) => `${root}/${shownPath(path)}`)];
  const texts = await Promise.all(files.map(textOf));
  const autocrlf = settings.get('core.autocrlf') ?? 'false';
  return {
    lineEnds: !/^(?:false|no|off|0)$/i.test(autocrlf) || texts.some((text) => text !== ''),
    filters: texts.some((text) => /filter|ident|encoding|\[attr\]/.test(text)),
  };
}

const MOST_BYTES = 1024 * 1024;

/** The text of a file of attributes; of one that cannot be read, a text that may mean anything. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readRegularFile(file, { maxBytes: MOST_BYTES })).toString('utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? '' : '* filter';
  }
}

/** A filter may make any bytes of the same length. */
async function withFilters({ git }: Repository, listed: IndexContent): Promise<Result<BytePath[], Trouble>> {
  const attributes = ['filter', 'ident', 'working-tree-encoding'];
  const stdin = [...listed.regular()].map((path) => `${path}\0`).join('');
  const answer = await git(['check-attr', '-z', '--stdin', ...attributes], { stdin });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the attributes of files cannot be read'));
  const parts = splitNul(answer.stdout);
  const found = new Set<BytePath>();
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const value = parts[at + 2];
    if (value !== 'unspecified' && value !== 'unset') found.add(parts[at] ?? '');
  }
  return ok([...found]);
}

const ENTRY = /(\d{6}) ([\da-f]+) \d\t([^\0]*)\0[\s\S]*?size: (\d+)\tflags: \w+\n/g;

/** Converted line ends have another size in the index than in the work tree. */
async function ofOtherSize({ git }: Repository, indexFile: string): Promise<Result<BytePath[], Trouble>> {
  const listing = await git(['ls-files', '-s', '-z', '--debug'], { indexFile });
  if (listing.exitCode !== 0) return err(troubleOf(listing, 'the index cannot be read'));
  const known = [...listing.stdout.toString('latin1').matchAll(ENTRY)].filter(([, mode]) =>
    mode?.startsWith('100'),
  );
  const stdin = known.map(([, , oid]) => `${oid}\n`).join('');
  const sizes = await git(['cat-file', '--buffer', '--batch-check=%(objectsize)'], { stdin });
  if (sizes.exitCode !== 0) return err(troubleOf(sizes, 'the objects of the index cannot be read'));
  const inIndex = sizes.stdout.toString('latin1').split('\n');
  return ok(known.flatMap(([, , , path = '', size], at) => (inIndex[at] === size ? [] : [path])));
}
