import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { diagnosticsReference } from '../../scripts/diagnostics-reference.js';
import { CODES } from '../../src/diagnostics/codes.js';

describe('the page of findings', () => {
  let file = '';
  let text = '';
  beforeAll(async () => {
    [file, text] = await diagnosticsReference('.');
  });

  it('matches its generated text', () => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('has a section for every code, with a failing and a corrected example, or with what to do', () => {
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(Object.keys(CODES));
    for (const section of sections) {
      const isShown = section.includes('```text') && section.includes('Mended:');
      expect(isShown || section.trim().split('\n').length > 3).toBe(true);
    }
  });

  it('names the findings that `--fix` corrects', () => {
    const sections = text.split(/^## /m).slice(1);
    const fixable = sections.filter((one) => one.includes('--fix')).map((one) => one.split('\n')[0]);
    expect(fixable).toEqual([
      'config/unknown-key',
      'config/invalid-value',
      'config/unknown-agent',
      'config/unknown-tool',
      'config/unknown-model',
      'config/unknown-policy',
      'config/unknown-provider',
      'config/unknown-placeholder',
      'config/repeated-fallback',
      'config/deprecated-key',
    ]);
  });
});
