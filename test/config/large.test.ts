import { describe, expect } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { loadConfig } from '../../src/lint/load.js';
import { itInSoak } from '../soak.js';

const MANY = 1200;

describe('a large config', () => {
  itInSoak('has keys in its text, which are masked where a finding shows it', () => {
    const key = `sk-${'ant'}-api03-${'A'.repeat(40)}`;
    const { sources } = load([`version: 1\n${agents((i) => `{ description: "${key}${i}" }`)}\n`]);
    expect(sources.get('0.yaml')).not.toContain(key);
  });

  itInSoak('lists the first mistakes of shape, and counts the others', () => {
    const { diagnostics } = load([`version: 1\n${agents(() => '{ tol: x }')}\n`]);
    expect(diagnostics.filter((one) => one.code === 'config/unknown-key')).toHaveLength(1000);
    const [rest] = diagnostics.filter((one) => one.code === 'config/too-many-findings');
    expect(rest?.message).toBe(`\`0.yaml\` has ${MANY - 1000} more mistakes, which are not listed`);
  });

  itInSoak('has more values in all of its files than in each', () => {
    const file = (name: string) => `${name}:\n${lines((i) => `  ${name}${i}: {}`, 8000)}\n`;
    const { diagnostics, config } = load(['agents', 'tools', 'models', 'policies'].map(file));
    expect(config).toBeNull();
    expect(diagnostics.map((one) => one.message)).toEqual([
      'the files of this config hold more than 30000 values',
    ]);
  });
});

function load(texts: readonly string[]) {
  const files = texts.map((text, index) => ({ file: `${index}.yaml`, path: `/p/${index}.yaml`, text }));
  return loadConfig({ sources: [{ layer: 'project', files }], builtIn: builtInLayer(), home: '/nowhere' });
}

function agents(entry: (index: number) => string): string {
  return `agents:\n${lines((index) => `  a${index}: ${entry(index)}`)}`;
}

function lines(line: (index: number) => string, count = MANY): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}
