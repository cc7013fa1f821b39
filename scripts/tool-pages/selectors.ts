import { entriesOf, isTree, type Tree } from '../../src/config/tree.js';
import { code, plain } from './markdown.js';

const TAKES: Readonly<Record<string, string>> = {
  first: 'the first',
  sum: 'summed',
  concat: 'joined',
  max: 'the largest',
};

/** Every key of `output` in words, as pairs of key and where its value is found. */
export function outputRows(output: Tree): string[][] {
  return entriesOf(output).flatMap(([key, value]) => {
    const isGroup = (key === 'usage' || key === 'error') && isTree(value);
    if (!isGroup) return [[code(key), wordsOf(value, ', else ')]];
    const between = key === 'usage' ? ' plus ' : ', else ';
    return entriesOf(value).map(([name, item]) => [code(`${key}.${name}`), wordsOf(item, between)]);
  });
}

/** A selector, a list of them, or any other value of the output grammar. */
export function wordsOf(value: unknown, between: string): string {
  if (typeof value === 'string') return code(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((item) => wordsOf(item, between)).join(between);
  if (!isTree(value)) return code(plain(value));
  if ('select' in value) return `${wordsOf(value.select, between)}; ${renamed(value.map)}`;
  if (['pointer', 'keys', 'regex'].some((key) => key in value)) return selectorWords(value);
  return code(plain(value));
}

function renamed(map: unknown): string {
  const pairs = entriesOf(map).map(([own, normal]) => `${code(own)} is ${code(plain(normal))}`);
  return pairs.join(', ');
}

function selectorWords(selector: Tree): string {
  const { pointer, keys, regex, group, event, after, from, take, ...more } = selector;
  return [
    pointer === undefined ? [] : [code(plain(pointer))],
    keys === undefined ? [] : [`the keys of ${code(plain(keys))}`],
    regex === undefined ? [] : [`what ${code(plain(regex))} matches`],
    group === undefined ? [] : [`(its group ${code(plain(group))})`],
    event === undefined ? [] : [`of events with ${code(plain(event))}`],
    after === undefined ? [] : [`after the last one with ${code(plain(after))}`],
    from === undefined ? [] : [`on ${plain(from).replace('_', ' ')}`],
    take === undefined ? [] : [`(${TAKES[plain(take)] ?? 'the last'})`],
    entriesOf(more).map(([key, value]) => code(`${key}: ${plain(value)}`)),
  ]
    .flat()
    .join(' ');
}
