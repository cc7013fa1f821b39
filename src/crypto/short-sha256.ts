/** SHA-256 (FIPS 180-4) of a few bytes, hexadecimal, where loading Node's own would take ten times as long. */
export function shortSha256(bytes: Uint8Array): string {
  const { starts, rounds } = constants();
  const state = Uint32Array.from(starts);
  const words = wordsOf(bytes);
  for (let at = 0; at < words.length; at += 16) addBlock(state, words.subarray(at, at + 16), rounds);
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The message as big-endian words, with the bit that ends it, and its length in bits at the end of the last block of 16. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(((bytes.length + 8) >> 6) * 16 + 16);
  for (let at = 0; at <= bytes.length; at++)
    words[at >> 2] = (words[at >> 2] ?? 0) | ((bytes[at] ?? 0x80) << (24 - 8 * (at & 3)));
  words[words.length - 1] = bytes.length * 8;
  return words;
}

/** Most of the time goes here, and nothing has been optimised yet at the start of a program: no arrays are made for a round. */
function addBlock(state: Uint32Array, block: Uint32Array, rounds: Uint32Array): void {
  const w = new Uint32Array(64);
  w.set(block);
  for (let t = 16; t < 64; t++) {
    const [early, late] = [w[t - 15] as number, w[t - 2] as number];
    const s0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const s1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const one = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[t] as number) + (w[t] as number)) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] as number) + value;
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

interface Constants {
  starts: Uint32Array;
  rounds: Uint32Array;
}

let known: Constants | null = null;

function constants(): Constants {
  known ??= constantsOf(primes(64));
  return known;
}

/** The first 32 bits behind the point of the square roots of the first 8 primes, and of the cube roots of the first 64. */
function constantsOf(all: readonly number[]): Constants {
  const behindPoint = (root: number): number => (root - Math.floor(root)) * 2 ** 32;
  return {
    starts: Uint32Array.from(all.slice(0, 8), (prime) => behindPoint(Math.sqrt(prime))),
    rounds: Uint32Array.from(all, (prime) => behindPoint(Math.cbrt(prime))),
  };
}

function primes(count: number): number[] {
  const found = [2];
  for (let n = 3; found.length < count; n += 2) if (isPrime(n, found)) found.push(n);
  return found;
}

/** Knows the primes below. */
function isPrime(n: number, below: readonly number[]): boolean {
  for (const prime of below) {
    if (prime * prime > n) return true;
    if (n % prime === 0) return false;
  }
  return true;
}
