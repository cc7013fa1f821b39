import { describe, expect, it } from '@jest/globals';
import { parseSource } from '../../src/config/source.js';
import { formatPlace } from '../../src/diagnostics/diagnostic.js';

describe('parseSource', () => {
  it.each(['', '\n', '# only a comment\n', '~', '---\n', '\uFEFF'])('reads %j as an empty config', (text) => {
    expect(parseSource({ file: 'f', text })).toMatchObject({ source: { value: {} }, diagnostics: [] });
  });

  it('places keys and values', () => {
    const at = places('a:\n  b: [x, {c: "d"}]\n');
    expect(at(['a'], 'key')).toBe('f:1:1-1:2');
    expect(at(['a', 'b'], 'key')).toBe('f:2:3-2:4');
    expect(at(['a', 'b'], 'value')).toBe('f:2:6-2:19');
    expect(at(['a', 'b', 1, 'c'], 'value')).toBe('f:2:14-2:17');
    expect(at(['a', 'x'], 'value')).toBeNull();
    expect(at([], 'value')).toBe('f:1:1-2:19');
  });

  it('counts characters, not code units, and no byte order mark', () => {
    const at = places('\uFEFF{"🙂": 1, é: 日本, z: 5}');
    expect(at(['é'], 'key')).toBe('f:1:10-1:11');
    expect(at(['z'], 'value')).toBe('f:1:20-1:21');
  });

  it('counts lines of CRLF files', () => {
    const at = places('a: 1\r\nb:\r\n  c: text\r\n');
    expect(at(['b', 'c'], 'value')).toBe('f:3:6-3:10');
  });

  it.each(['{a, b: 1}', '? a', '[x, ,]', '{? a}', 'a: [{b}, !!str]'])(
    'reads nodes without a value in %j',
    (text) => {
      expect(parseSource({ file: 'f', text }).source).toBeDefined();
    },
  );

  it('gives a key without value the place of the key', () => {
    expect(places('a:\nb: 1\n')(['a'], 'value')).toBe('f:1:1-1:2');
  });

  it('follows aliases and merge keys to the original text, and names the alias', () => {
    const { source } = parsed('x: &x { k: &v 5, m: { z: 1 } }\nc:\n  <<: *x\n  m: 2\n  q: *v\nd: *x\n');
    expect(source.value).toEqual({
      x: { k: 5, m: { z: 1 } },
      c: { k: 5, m: 2, q: 5 },
      d: { k: 5, m: { z: 1 } },
    });
    const at = placesOf(source);
    expect([at(['c', 'k'], 'value'), alias(source, ['c', 'k'])]).toEqual(['f:1:15-1:16', 'f:3:7']);
    expect([at(['c', 'q'], 'key'), alias(source, ['c', 'q'])]).toEqual(['f:5:3-5:4', 'f:5:6']);
    expect([at(['c', 'm'], 'value'), alias(source, ['c', 'm'])]).toEqual(['f:4:6-4:7', null]);
    expect([at(['d', 'm', 'z'], 'value'), alias(source, ['d', 'm', 'z'])]).toEqual(['f:1:26-1:27', 'f:6:4']);
  });

  it('lets earlier merge sources win, and allows anchors to be redefined', () => {
    const { source } = parsed('x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}\nv: &x {a: 9}\nw: *x\n');
    expect(source.value).toMatchObject({ z: { a: 1, b: 2 }, w: { a: 9 } });
  });

  it('keeps keys as written', () => {
    expect(parsed('1.10: a\n"<<": b\nyes: c\n').source.value).toEqual({ '1.10': 'a', '<<': 'b', yes: 'c' });
  });

  it('keeps names such as `constructor` as plain keys', () => {
    const { source } = parsed('__proto__: {a: 1}\nconstructor: 2\n');
    expect(Object.keys(source.value as object)).toEqual(['__proto__', 'constructor']);
    const plain = parsed('a: 1\n').source.value;
    expect(Object.getPrototypeOf(source.value)).toBe(Object.getPrototypeOf(plain));
    expect(String(plain)).toBe('[object Object]');
  });

  it('reports every duplicate key with both places, and keeps the first', () => {
    const result = parseSource({ file: 'f', text: 'abc: 1\nabc: 2\nd: {x: 1, x: 2}\n' });
    expect(result.source?.value).toEqual({ abc: 1, d: { x: 1 } });
    expect(result.diagnostics.map((one) => [one.code, one.place, one.related[0]?.place.line])).toEqual([
      ['config/duplicate-key', { file: 'f', line: 2, column: 1, endLine: 2, endColumn: 4 }, 1],
      ['config/duplicate-key', { file: 'f', line: 3, column: 11, endLine: 3, endColumn: 12 }, 3],
    ]);
  });

  it.each([
    ['nested brackets', '['.repeat(500_000)],
    ['nested maps', '{a: '.repeat(100_000)],
    ['nested list marks', '- '.repeat(300_000)],
    [
      'maps of one blank each',
      Array.from({ length: 100 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    ],
    ['nested indentation', Array.from({ length: 1400 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ])('survives %s', (_, text) => {
    const result = parseSource({ file: 'f', text });
    expect(result.diagnostics.map((one) => one.code)).toEqual(['config/too-deep']);
  });

  it('survives an alias bomb and an alias inside itself', () => {
    const bomb = ['a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]'];
    for (let i = 1; i < 40; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(parseSource({ file: 'f', text: bomb.join('\n') }).diagnostics).toMatchObject([
      { code: 'config/alias-bomb' },
    ]);
    expect(parseSource({ file: 'f', text: 'a: &a [*a]' }).diagnostics).toMatchObject([
      { code: 'config/yaml-syntax', message: 'the alias `*a` contains itself' },
    ]);
  });
});

type Source = NonNullable<ReturnType<typeof parseSource>['source']>;

function parsed(text: string): { source: Source } {
  const { source, diagnostics } = parseSource({ file: 'f', text });
  expect(diagnostics).toEqual([]);
  if (source === null) throw new Error('the text does not parse');
  return { source };
}

function places(text: string) {
  return placesOf(parsed(text).source);
}

function placesOf(source: Source) {
  return (path: (string | number)[], what: 'key' | 'value') => {
    const place = source.place(path, what);
    return place && `${formatPlace(place)}-${place.endLine}:${place.endColumn}`;
  };
}

function alias(source: Source, path: (string | number)[]): string | null {
  const place = source.aliasOf(path);
  return place && formatPlace(place);
}
