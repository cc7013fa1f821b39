import { describe, expect, it } from '@jest/globals';
import { passwordsIn, withoutPassword } from '../../src/domain/database-url.js';

describe('the URL of a database for others', () => {
  it.each([
    ['postgres://u:secret@h/db', 'postgres://u@h/db'],
    ['postgres://u:secret@h/db?sslmode=require&password=secret', 'postgres://u@h/db?sslmode=require'],
    ['postgres://h/db', 'postgres://h/db'],
    ['postgres://u@h:5/db?password=a@b&sslmode=disable', 'postgres://u@h:5/db?sslmode=disable'],
    ['postgres://h/db?sslmode=disable&Password=a', 'postgres://h/db?sslmode=disable'],
    ['postgres://u@h/db?pass%77ord=a', 'postgres://u@h/db'],
  ])('of %s is %s', (url, shown) => expect(withoutPassword(url)).toBe(shown));

  it('has the parameters that are given and that it does not state', () => {
    const more = { sslmode: 'disable', schema: 'my own' };
    expect(withoutPassword('postgres://u:p@h/db?sslmode=require', more)).toBe(
      'postgres://u@h/db?sslmode=require&schema=my%20own',
    );
  });

  it.each([
    ['postgres://u:a:b@h/db', ['a:b']],
    ['postgres://u:a%40b@h/db?sslmode=require&password=c%40d', ['a%40b', 'c%40d']],
    ['postgres://u@h/db?x=:y@z', []],
    ['postgres://u:@h/db?password=', []],
    ['no url', []],
  ])('%s has the passwords %j', (url, passwords) => expect(passwordsIn(url)).toEqual(passwords));
});
