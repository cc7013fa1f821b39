import { isUtf8 } from 'node:buffer';
import { type Code, diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { FileRefused, readRegularFileNow } from '../files.js';

/** Of one config file. */
export const MAX_BYTES = 1024 * 1024;

/** A config file to read. */
export interface ConfigTarget {
  path: string;
  shown: string;
  /** Folders, one of which must hold the file once links are followed; `null`: it was named, and may be anywhere. */
  within: readonly string[] | null;
  /**
   * It must belong to this user, to root, or under sudo (`SUDO_UID`) to its caller; with `mayBeOpen: false` no other user may be able to write to
   * it. `null`: it was named, and may belong to anyone.
   */
  owner?: { sudoUid: string | undefined; mayBeOpen: boolean } | null;
}

/** Reads one config file as text, without byte order mark; the error says why it cannot be used. */
export function readConfigFile({
  path,
  shown,
  within,
  owner = null,
}: ConfigTarget): Result<string, Diagnostic> {
  try {
    return decode(
      readRegularFileNow(path, { maxBytes: MAX_BYTES, within, isOwn: owner !== null, ...owner }),
      shown,
    );
  } catch (cause) {
    return err(cause instanceof FileRefused ? refused(shown, cause) : unreadable(shown, cause));
  }
}

function refused(shown: string, { reason, message }: FileRefused): Diagnostic {
  if (reason === 'kind') return trouble('config/not-a-file', `\`${shown}\` is not a regular file`);
  if (reason === 'owner') {
    const hint =
      'take ownership of it and let no other user write there; or read it, and set LLM_ROUTER_TRUST=1';
    return diagnostic('config/other-owner', `\`${shown}\` is not believed: ${message}`, {
      ...{ severity: 'error', place: null, hint },
    });
  }
  if (reason === 'size') {
    const tooLarge = trouble('config/file-too-large', `\`${shown}\` is larger than 1 MiB`);
    return { ...tooLarge, place: startOf(shown) };
  }
  return trouble('config/unreadable', `\`${shown}\` is not read: ${message}`);
}

/** The message for a failed file operation. Errors without a system code are bugs and are rethrown. */
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
  EIO: 'the device reports an error',
  ESTALE: 'the file system it was on is gone: mount it again',
  ENXIO: 'it is not a regular file',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'the name contains a NUL character',
};

/** Without a decoder, which takes longer to make than all else here. */
function decode(bytes: Buffer, shown: string): Result<string, Diagnostic> {
  if (isUtf8(bytes)) return ok(withoutMark(bytes.toString('utf8')));
  const hint = 'save it as UTF-8, for example with `iconv -t UTF-8`';
  const place = firstInvalid(bytes, shown);
  return err({ ...trouble('config/not-utf8', `\`${shown}\` is not UTF-8`), hint, place });
}

/** Without the byte order mark. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** The place of the first bytes that are not UTF-8; a byte order mark of UTF-16 is at the start. */
function firstInvalid(bytes: Uint8Array, shown: string): Place {
  let valid = 0;
  let invalid = bytes.length;
  // A cut in the middle of a character is no error while more may follow.
  const isStart = (length: number) => canDecode(bytes.subarray(0, length));
  while (valid + 1 < invalid) {
    const middle = (valid + invalid) >> 1;
    if (isStart(middle)) valid = middle;
    else invalid = middle;
  }
  const lines = new TextDecoder().decode(bytes.subarray(0, valid), { stream: true }).split('\n');
  const column = [...(lines.at(-1) ?? '')].length + 1;
  return { file: shown, line: lines.length, column, endLine: lines.length, endColumn: column + 1 };
}

function canDecode(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function startOf(file: string): Place {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

function trouble(code: Code, message: string): Diagnostic {
  return diagnostic(code, message, { place: null });
}
