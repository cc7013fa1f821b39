import { shortSha256 } from './short-sha256.js';

/** Node's cryptography, loaded when it is first needed: that takes as long as a tenth of a start. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** A longer text takes less time with Node's own. */
const MOST_SHORT_BYTES = 1000;

/** A run of a command makes fewer; a program that makes more saves by Node's own what it takes to load that. */
const FEW = 64;
let made = 0;

/** SHA-256 of a text in UTF-8, hexadecimal. */
export function sha256(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_SHORT_BYTES && made < FEW) {
    made += 1;
    return shortSha256(bytes);
  }
  return nodeCrypto().hash('sha256', bytes, 'hex');
}

/** Hexadecimal digits for names of files that must differ and that no other user has to be unable to guess. */
export function distinctName(): string {
  return [0, 0].map(() => hex(Math.random() * WORD)).join('');
}

const WORD = 2 ** 32;

function hex(word: number): string {
  return Math.floor(word).toString(16).padStart(8, '0');
}
