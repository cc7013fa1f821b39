import { describe, expect, it } from '@jest/globals';
import {
  type FamilyRules,
  familyFrom,
  familyText,
  NO_FAMILY,
  strictestFamily,
} from '../../src/domain/family.js';

const [OWNER, OTHER] = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ'];

function rules(capMicroUsd: number, sourceId: string | null = null, ownerId = OWNER): FamilyRules {
  return { cap: { ownerId, capMicroUsd, sourceId }, children: { atOnce: 2, inAll: null } };
}

describe('the rules of a family', () => {
  it.each([
    NO_FAMILY,
    rules(5),
    rules(0, `${OTHER}:1`),
    { cap: null, children: { atOnce: null, inAll: 64 } },
  ])('are read as they were written: %j', (written) => {
    expect(familyFrom(familyText(written))).toEqual(written);
  });

  it.each(['', 'cap=5', `owner=${OWNER}`, `owner=${OWNER}&cap=-1`, 'owner=x&cap=5', '&=&&at_once=x', 'cap'])(
    'that are malformed set none: %j',
    (text) => {
      expect(familyFrom(text)).toEqual(NO_FAMILY);
    },
  );

  it('hold at their lowest, whatever a tool has made of them for its own descendants', () => {
    const texts = (...each: FamilyRules[]) => each.map(familyText);
    // The nearest first: the variable of the run itself, then those of its ancestors.
    expect(strictestFamily(['', '']).cap).toBeNull();
    expect(strictestFamily(['', ...texts(rules(5, 'a:1'))]).cap).toEqual(rules(5, 'a:1').cap);
    expect(strictestFamily(texts(rules(900, 'a:1'), rules(5, 'b:1'))).cap).toEqual(rules(5, 'a:1').cap);
    expect(strictestFamily(texts(rules(900, 'a:1', OTHER), rules(5, 'b:1'))).cap).toEqual(
      rules(5, 'b:1').cap,
    );
    expect(strictestFamily(texts(NO_FAMILY, rules(5))).children).toEqual({ atOnce: 2, inAll: null });
  });
});
