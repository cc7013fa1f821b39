import { expect, it } from '@jest/globals';
import { withoutTexts } from '../../src/redact/private-texts.js';
import { createRedactor } from '../../src/redact/redact.js';
import { IS_SOAK } from '../soak.js';

const { text } = createRedactor([`dummy-secret-${'x7Q'.repeat(10)}`, 'a'.repeat(40)]);
const LENGTH = IS_SOAK ? 100_000 : 20_000;

/** Beginnings that are repeated so often that a second look at the rest of the text at each would take minutes. */
it.each([
  ...['a', 'A', '7', ' ', '\n', '=', '"', '-', '\\', '%', '%25', '&amp;', '\u001b[', 'a-', 'A/', 'a='],
  ...[
    'sk-',
    'xox',
    'SG.aaaaaaaaaaaaaaaaaaaa',
    'eyJ',
    'eyJ_',
    'eyJ-aaaaaaaaaaaa.',
    '.eyJaaaaaaaaaa',
    'AKIA',
    '1//0',
  ],
  ...[
    '://',
    '://a:',
    '://u@',
    'password=',
    'password ',
    'api-key"',
    'a_token',
    'token: ',
    'key=',
    'cookie: a=',
    '--password ',
    'curl ',
    'curl -u a',
    'Private-Lines: 1 ',
    '--a',
    'login a password ',
    '<secret>a',
    '"auth',
  ],
  ...[
    'Bearer ',
    'authorization: basic ',
    '-----BEGIN PRIVATE KEY-----',
    'aaaa-----END PRIVATE',
    'aaaa PRIVATE KEY',
  ],
  ...[
    'dummy-secret-x7Q',
    'dummy',
    '123456:AA',
    'aaaaaaaaaaaaaa.atlasv1.',
    'Q~',
    'aaa8Q~',
    '0-us',
    'M'.repeat(23),
  ],
])('masks a long text of "%s" in linear time', (piece) => {
  const hostile = piece.repeat(LENGTH / piece.length);
  expect(typeof text(hostile)).toBe('string');
});

it.each(['a', '\n', '\\', '&amp;', 'ab\n', 'a line of it\n'])(
  'leaves out a long text of "%s" in linear time',
  (piece) => {
    const hostile = piece.repeat(LENGTH / piece.length);
    expect(withoutTexts([hostile], [hostile, piece])).toHaveLength(1);
  },
);
