import { lookup } from '../domain/lookup.js';
import { codeOf } from '../domain/system-error.js';
import { reasonOf } from '../files.js';

/** Plain words for what the system says about files that users name. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};

/** Why a file that the user named could not be read or written, for the end of a sentence. */
export function fileTrouble(error: unknown): string {
  return lookup(WORDS, codeOf(error)) ?? reasonOf(error);
}
