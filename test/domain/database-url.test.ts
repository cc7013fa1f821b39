import { describe, expect, it } from '@jest/globals';
import { passwordIn, withoutPassword, withPasswordOf } from '../../src/domain/database-url.js';

describe('the URL of a database for others', () => {
  it.each([
    ['postgres://u:secret@h/db', 'postgres://u@h/db'],
    ['postgres://u:secret@h/db?sslmode=require&password=secret', 'postgres://u@h/db?sslmode=require'],
    ['postgres://h/db', 'postgres://h/db'],
  ])('of %s is %s', (url, shown) => expect(withoutPassword(url)).toBe(shown));

  it('has the parameters that are given and that it does not state', () => {
    const more = { sslmode: 'disable', schema: 'my own' };
    expect(withoutPassword('postgres://u:p@h/db?sslmode=require', more)).toBe(
      'postgres://u@h/db?sslmode=require&schema=my%20own',
    );
  });

  it.each([
    ['postgres://u@h/db', 'postgres://u:pw@h/db', 'postgres://u:pw@h/db'],
    ['postgres://u@h/db', 'postgres://u:p$&w@h/db', 'postgres://u:p$&w@h/db'],
    ['postgres://u:own@h/db', 'postgres://u:pw@h/db', 'postgres://u:own@h/db'],
    ['postgres://u@h/db', 'postgres://u:pw@other/db', 'postgres://u@h/db'],
    ['postgres://u@h/db', 'postgres://u@h/db', 'postgres://u@h/db'],
  ])('%s beside %s is %s', (url, other, whole) => expect(withPasswordOf(url, other)).toBe(whole));

  it.each([
    ['postgres://u:a:b@h/db', 'a:b'],
    ['postgres://u@h/db?x=:y@z', ''],
    ['no url', ''],
  ])('%s has the password %j', (url, password) => expect(passwordIn(url)).toBe(password));
});
