import { stripVTControlCharacters } from 'node:util';

/** Control characters but for tabs and line feeds, and those that change the direction of text. */
const CONTROLS = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text that others wrote, without what would steer a terminal. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, '');
}
