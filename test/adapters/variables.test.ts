// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expandVariables } from '../../src/adapters/variables.js';

const ENV = { PATH: '/bin', HOME: '/home/me', EMPTY: '' };

describe('expandVariables', () => {
  it.each([
    ['plain', 'plain', []],
    ['${HOME}/x', '/home/me/x', []],
    ['${NOT}', '', ['NOT']],
    ['${NOT:-default}', 'default', []],
    ['${EMPTY:-default}', 'default', []],
    ['${EMPTY}', '', []],
    ['${HOME:-default}', '/home/me', []],
    ['$${HOME}', '${HOME}', []],
    ['$HOME ${not a name}', '$HOME ${not a name}', []],
    ['${HOME}${PATH}', '/home/me/bin', []],
  ])('makes %j %j', (text, expanded, missing) => {
    expect(expandVariables(text, ENV)).toMatchObject({ text: expanded, missing });
  });

  it('never expands a value again', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(expandVariables('${X}', { X: `${value}\${HOME}$$\${PATH}`, HOME: 'no' }).text).toBe(
          `${value}\${HOME}$$\${PATH}`,
        );
      }),
    );
  });
});
