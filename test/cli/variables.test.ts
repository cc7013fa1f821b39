import { expect, it } from '@jest/globals';
import { VARIABLE_GROUPS } from '../../src/cli/variables.js';
import { readSource, sourceFiles } from '../architecture/imports.js';

it('every LLM_ROUTER variable in the sources is documented, and every documented one is used', () => {
  const sources = sourceFiles().filter((file) => file !== 'cli/variables.ts');
  const used = new Set(sources.flatMap((file) => readSource(file).match(/\bLLM_ROUTER_[A-Z_]+\b/g) ?? []));
  const documented = VARIABLE_GROUPS.flatMap(({ variables }) => variables.map(({ name }) => name));
  expect(documented.filter((name) => name.startsWith('LLM_ROUTER_')).sort()).toEqual([...used].sort());
});
