import { err, ok, type Result } from './result.js';

const UNITS: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Reads `64MiB`, `512KiB` or `1000B` as bytes; the error is a sentence that says what is wrong. */
export function parseSize(text: string): Result<number, string> {
  const match = /^(\d+)(B|KiB|MiB|GiB)$/.exec(text);
  const factor = UNITS[match?.[2] ?? ''];
  if (match === null || factor === undefined)
    return err(`\`${text}\` is not a size such as \`64MiB\` or \`512KiB\``);
  return ok(Number(match[1]) * factor);
}
