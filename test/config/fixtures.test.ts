import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import type { Layer } from '../../src/config/layers.js';
import { findConfig } from '../../src/config-files/find.js';
import { CODES } from '../../src/diagnostics/codes.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { renderDiagnostic } from '../../src/diagnostics/render.js';
import { loadConfig } from '../../src/lint/load.js';
import { FIXTURES, smallCatalogue } from './support.js';

const IS_UPDATE = process.env.UPDATE_FIXTURES === '1';

/** Codes that no committed file can cause; `test/config-files` tests them. */
const CAUSED_ELSEWHERE = [
  'config/file-not-found',
  'config/unreadable',
  'config/other-owner',
  'config/not-a-file',
  'config/empty-folder',
  'config/file-and-folder',
  'config/file-too-large',
  'config/misnamed-file',
  'config/too-many-findings',
  'config/no-config',
  'config/own-limit',
];

const SMALL_CATALOGUE: Layer = { ...smallCatalogue(), sources: [] };

describe('configs without findings', () => {
  it.each(fixturesIn('ok'))('%s', async (name) => {
    expect(await screen('ok', name)).toBe('');
  });
});

describe('configs with findings', () => {
  it.each(fixturesIn('err'))('%s has exactly its screen', async (name) => {
    const expected = path.join(FIXTURES, 'err', `${path.basename(name, '.yaml')}.out`);
    const shown = await screen('err', name);
    if (IS_UPDATE) writeFileSync(expected, shown);
    expect(shown).toBe(readFileSync(expected, 'utf8'));
  });

  it('cover every code of the catalogue', () => {
    const screens = fixturesIn('err').map((name) => {
      const file = path.join(FIXTURES, 'err', `${path.basename(name, '.yaml')}.out`);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    });
    const shown = Object.keys(CODES).filter((code) => screens.some((text) => text.includes(`[${code}]`)));
    const inExamples = fixturesIn('examples').map((code) => `config/${code}`);
    expect([...new Set([...shown, ...inExamples, ...CAUSED_ELSEWHERE])].sort()).toEqual(
      Object.keys(CODES).sort(),
    );
  });

  it('never show an API key of a config', async () => {
    const shown = await screen('err', 'secrets.yaml');
    expect(shown).not.toMatch(/ghp_|sk-abc|AIza|correct horse/);
  });

  it('twenty mistakes are twenty findings', async () => {
    const text = await screen('err', 'twenty-mistakes.yaml');
    expect(text.match(/\[config\/[a-z-]+\]$/gm)).toHaveLength(20);
  });
});

describe('the examples of the reference, with the shipped catalogue', () => {
  it.each(fixturesIn('examples'))('%s has the finding and its corrected form has not', async (code) => {
    const folder = path.join('examples', code);
    const suffix = existsSync(path.join(FIXTURES, folder, 'wrong')) ? '' : '.yaml';
    const wrong = await screen(folder, `wrong${suffix}`, builtInLayer());
    const expected = path.join(FIXTURES, folder, 'wrong.out');
    if (IS_UPDATE) writeFileSync(expected, wrong);
    expect(wrong).toBe(readFileSync(expected, 'utf8'));
    expect(wrong).toContain(`[config/${code}]`);
    expect(await screen(folder, `mended${suffix}`, builtInLayer())).toBe('');
  });

  it('exist for every code that a file can cause', () => {
    const wanted = Object.keys(CODES).filter(
      (code) => ![...CAUSED_ELSEWHERE, 'config/not-utf8'].includes(code),
    );
    expect(fixturesIn('examples').map((code) => `config/${code}`)).toEqual(wanted.sort());
  });
});

function fixturesIn(folder: string): string[] {
  return readdirSync(path.join(FIXTURES, folder)).filter((name) => !name.endsWith('.out'));
}

async function screen(folder: string, name: string, builtIn = SMALL_CATALOGUE): Promise<string> {
  const cwd = path.join(FIXTURES, folder);
  const found = await findConfig({ explicit: [name], env: {}, cwd, home: '/nowhere' });
  const loaded = loadConfig({
    sources: found.layers,
    builtIn,
    home: '/nowhere',
    found: found.diagnostics,
    env: {},
  });
  return loaded.diagnostics
    .map((one) => `${renderDiagnostic(one, loaded.sources.get(one.place?.file ?? '') ?? null, plainPaint)}\n`)
    .join('\n');
}
