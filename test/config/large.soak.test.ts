import { describe, expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { renderDiagnostic } from '../../src/diagnostics/render.js';
import { loadConfig } from '../../src/lint/load.js';

const MANY = 9000;

describe('a config that is made to keep the program busy', () => {
  it.each([
    ['unknown keys in many agents', agents(() => '{ preferred_tol: x }'), 'config/too-many-findings'],
    [
      'unknown keys in one agent',
      `agents:\n  a:\n${lines((i) => `    k${i}: x`)}`,
      'config/too-many-findings',
    ],
    ['unknown keys in one line', `agents: {${flow((i) => `a${i}: { 🙂: 1 }`)}}`, 'config/too-many-findings'],
    ['values of the wrong type', agents(() => '5'), 'config/too-many-findings'],
    ['values that are not allowed', agents(() => '{ access: fulll }'), 'config/too-many-findings'],
    ['names of no tool', agents((i) => `{ preferred_tool: t${i} }`), 'config/unknown-tool'],
    ['names of no model', agents((i) => `{ preferred_model: claude-sonet-${i} }`), 'config/unknown-model'],
    ['one mistake through many aliases', `x-a: &x { tol: h }\n${agents(() => '*x')}`, 'config/unknown-key'],
    ['keys in many lines and one of many surrogates', agents(() => `{ tol: "${'🙂'.repeat(20)}" }`), null],
    ['keys that are many times the same', `agents:\n${lines(() => '  a: {}')}`, 'config/duplicate-key'],
    ['merges of merges', merges(), 'config/file-too-large'],
    [
      'too many values',
      agents(() => '{ description: a, effort: low, access: none }'),
      'config/file-too-large',
    ],
    [
      'a chain of many models',
      `agents:\n  a:\n    fallback_chain: [${flow((i) => `m${i}`)}]`,
      'config/invalid-value',
    ],
    ['a selector of the size of the file', selector(), 'config/bad-selector'],
  ])('%s: its findings are bounded, and so is each', (_, text, code) => {
    const { diagnostics, sources } = load([`version: 1\n${text}\n`]);
    if (code !== null) expect(diagnostics.map((one) => one.code)).toContain(code);
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const one of diagnostics.slice(0, 100)) {
      const screen = renderDiagnostic(one, sources.get('0.yaml') ?? null, plainPaint);
      expect(screen.length).toBeLessThan(6000);
    }
  });

  it('predicts no more pairs of tools and models than it has time for', () => {
    const tools = lines((i) => `  t${i}: { kind: mock, models: [m] }`, 300);
    const chains = lines((i) => `  a${i}: { fallback_chain: [${'m, '.repeat(50)}m] }`, 300);
    const { diagnostics } = load([`version: 1\ntools:\n${tools}\nagents:\n${chains}\n`]);
    expect(diagnostics.length).toBeLessThan(5000);
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

function flow(item: (index: number) => string): string {
  return Array.from({ length: MANY }, (_, index) => item(index)).join(', ');
}

/** Each map holds the one before it. */
function merges(): string {
  const rest = lines((i) => `  a${i + 1}: &x${i + 1} { <<: *x${i}, k${i + 1}: 1 }`, 3000);
  return `agents:\n  a0: &x0 { k0: h }\n${rest}`;
}

function selector(): string {
  const tool = `kind: command, binary: b, args: ["{prompt}"], output: { format: json, text: "${'a.'.repeat(MANY)}" }`;
  return `tools: { t: { ${tool} } }`;
}
