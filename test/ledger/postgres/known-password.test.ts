import { describe, expect, it } from '@jest/globals';
import { withPasswordOf } from '../../../src/ledger/postgres/known-password.js';

describe('the URL that a tool hands on, beside that of its config', () => {
  it.each([
    ['postgres://u@h/db', 'postgres://u:pw@h/db', 'postgres://u@h/db?password=pw'],
    ['postgres://u@h/db?schema=s', 'postgres://u:p$&w@h/db', 'postgres://u@h/db?schema=s&password=p$%26w'],
    [
      'postgres://h/db?user=u',
      'postgres://h/db?user=u&password=p@/w',
      'postgres://h/db?user=u&password=p@/w',
    ],
    ['postgres://u@h/db?password=own', 'postgres://u:pw@h/db', 'postgres://u@h/db?password=own'],
    ['postgres://u:own@h/db', 'postgres://u:pw@h/db', 'postgres://u:own@h/db'],
    ['postgres://u@h/db', 'postgres://u:pw@other/db', 'postgres://u@h/db'],
    ['postgres://u@h/db', 'postgres://u@h/db', 'postgres://u@h/db'],
  ])('%s beside %s is %s', (url, other, whole) => expect(withPasswordOf(url, other)).toBe(whole));
});
