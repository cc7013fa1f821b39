import { readFile, stat } from 'node:fs/promises';
import { type Code, diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';

const MAX_BYTES = 1024 * 1024;

/** Reads one config file as text, without byte order mark; the error says why it cannot be used. */
export async function readConfigFile(input: {
  path: string;
  shown: string;
}): Promise<Result<string, Diagnostic>> {
  const { path, shown } = input;
  try {
    const found = await stat(path);
    if (!found.isFile()) return err(trouble('config/not-a-file', `\`${shown}\` is not a regular file`));
    if (found.size > MAX_BYTES)
      return err(trouble('config/file-too-large', `\`${shown}\` is larger than 1 MiB`));
    return decode(await readFile(path), shown);
  } catch (cause) {
    return err(unreadable(shown, cause));
  }
}

/** What a failed file operation means to the user. Causes that the system did not name are ours and are thrown on. */
export function unreadable(shown: string, cause: unknown): Diagnostic {
  const code = codeOf(cause);
  if (code === null) throw cause;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return trouble('config/file-not-found', `\`${shown}\` does not exist`);
  }
  return trouble('config/unreadable', `\`${shown}\` cannot be read: ${REASONS[code] ?? code}`);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'the name contains a NUL character',
};

function decode(bytes: Uint8Array, shown: string): Result<string, Diagnostic> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const hint = 'save it as UTF-8, for example with `iconv -t UTF-8`';
    return err({ ...trouble('config/not-utf8', `\`${shown}\` is not UTF-8`), hint });
  }
}

function trouble(code: Code, message: string): Diagnostic {
  return diagnostic(code, message, { place: null });
}
