import { describe, expect, it } from '@jest/globals';
import { createRedactor, MASK } from '../../src/redact/redact.js';

const KEY = 'zz-Dummy+Key/9f8e7d6c5b4a==tail';
const { text } = createRedactor([KEY]);
const base64 = (value: string): string => Buffer.from(value).toString('base64');
const percent = (value: string): string => encodeURIComponent(value);
const hex4 = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
const json = (value: string): string => JSON.stringify(value).slice(1, -1);

describe('a known value', () => {
  it.each([
    ['as it is', KEY],
    ['in upper case', KEY.toUpperCase()],
    ['in a URL', percent(KEY)],
    ['in a URL, lower case', percent(KEY).replace(/%../g, (code) => code.toLowerCase())],
    ['in a URL in a URL', percent(percent(KEY))],
    ['in a URL, every character', [...KEY].map((one) => `%${hex4(one).slice(2)}`).join('')],
    ['in JSON, every character', [...KEY].map((one) => `\\u${hex4(one)}`).join('')],
    ['in JSON in JSON', json(json([...KEY].map((one) => `\\u${hex4(one)}`).join('')))],
    ['in HTML', KEY.replaceAll('/', '&#x2F;').replaceAll('=', '&#61;').replaceAll('+', '&amp;#43;')],
    ['in a script', [...KEY].map((one) => `\\x${hex4(one).slice(2)}`).join('')],
    ['in a shell', [...KEY].map((one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')],
    ['wrapped', `${KEY.slice(0, 12)}\n   ${KEY.slice(12)}`],
    ['wrapped in JSON', `${KEY.slice(0, 12)}\\n${KEY.slice(12)}`],
    ['with a colour in it', `${KEY.slice(0, 12)}\u001b[31m${KEY.slice(12)}`],
    ['in hexadecimal', Buffer.from(KEY).toString('hex')],
    ['cut by two characters', KEY.slice(0, -2)],
    ['cut by a third', KEY.slice(0, 20)],
  ])('is masked %s', (_, spelled) => {
    const masked = text(`Incorrect key: ${spelled}`);
    expect(masked).toMatch(/^Incorrect key: \[redacted\](?:==|%3d%3d|%2f)?$/i);
    expect(text(`key ${spelled}, and more words [x]`)).toContain(`key ${MASK}`);
  });

  it.each(['', 'u', 'us', 'user:', 'user:x'])('is masked in Base64 behind "%s"', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const whole = Buffer.from(`${before}${KEY}:end`).toString(encoding);
      const masked = text(`sent ${whole}.`);
      expect(masked).toContain(MASK);
      expect(masked.replace(MASK, '').length).toBeLessThan('sent .'.length + before.length * 2 + 12);
      expect(text(`sent ${percent(whole)}.`)).toContain(MASK);
    }
  });

  it('is masked to its end where it begins a longer word', () => {
    expect(text(`x${KEY}y`)).toBe(`x${MASK}y`);
  });

  it('is not seen in what only begins as it does', () => {
    const { text: other } = createRedactor([
      '/home/user/projects/thing',
      'production-east1',
      'sk-ant-api03-dummy',
    ]);
    for (const ordinary of [
      '/home/user/projects/other',
      '/home/user/projects',
      'in production, east of it',
      'keys begin with sk-ant-api03-',
    ])
      expect(other(ordinary)).toBe(ordinary);
  });

  it('of several lines is masked line by line too', () => {
    const lines = ['{', '  "id": "x",', `  "key": "${'q7W'.repeat(12)}"`, '}'];
    const { text: file } = createRedactor([lines.join('\n')]);
    expect(file(`read ${lines.join('\n')}.`)).toBe(`read ${MASK}.`);
    expect(file(`line 3: ${lines[2]?.trim()}`)).toBe(`line 3: ${MASK}`);
    expect(file('"id": "x",')).toBe('"id": "x",');
  });

  it('of marks only is masked as it is, in JSON and in a URL', () => {
    const { text: marks } = createRedactor(['"!@#$%^&*']);
    for (const spelled of ['"!@#$%^&*', json('"!@#$%^&*'), percent('"!@#$%^&*')])
      expect(marks(`a ${spelled} b`)).toBe(`a ${MASK} b`);
  });

  it('with blanks is masked in a form, where they are plus signs', () => {
    expect(createRedactor(['Val/ue from env 42!']).text(`q=${base64('x')}&v=Val%2Fue+from+env+42%21`)).toBe(
      `q=${base64('x')}&v=${MASK}%21`,
    );
  });
});
