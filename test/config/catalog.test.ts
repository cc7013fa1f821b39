import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtInLayer, TEMPLATES } from '../../src/catalog/catalog.js';
import { layerOf, mergeLayers } from '../../src/config/layers.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { parseSource } from '../../src/config/source.js';
import { checkConfig } from '../../src/config/validate.js';
import { formatPlace } from '../../src/diagnostics/diagnostic.js';
import { loadConfig } from '../../src/lint/load.js';

describe('the built-in catalogue', () => {
  const files = [...readdirSync('templates/tools').map((name) => `tools/${name}`), 'models.yaml'];

  it('has no findings except the missing version, which it does not need', () => {
    const sources = files.map((name) => {
      const parsed = parseSource({ file: name, text: readFileSync(path.join('templates', name), 'utf8') });
      expect(parsed.diagnostics).toEqual([]);
      if (parsed.source === null) throw new Error(`${name} does not parse`);
      return parsed.source;
    });
    const { layer, diagnostics } = layerOf('user', sources);
    const found = [...diagnostics, ...checkConfig([layer]).diagnostics];
    expect(found.map((one) => one.message)).toEqual(['a config needs the key `version`']);
    expect(builtInLayer().value).toEqual(layer.value);
  });

  it('keeps the place of each entry', () => {
    const layer = builtInLayer();
    const at = (...steps: string[]) => {
      const place = layer.place(steps, 'value');
      return place && formatPlace(place);
    };
    expect(at('tools', 'mock')).toMatch(/^templates\/tools\/mock\.yaml:\d+:3$/);
    expect(at('tools', 'mock', 'models')).toMatch(/^templates\/tools\/mock\.yaml:\d+:5$/);
    expect(at('tiers', 'fast')).toMatch(/^templates\/models\.yaml:\d+:3$/);
    expect(at('tools', 'nothing')).toBeNull();
    expect(layer.place(['tools', 'mock', 'models', 0], 'value')).toEqual(
      layer.place(['tools', 'mock', 'models'], 'key'),
    );
  });
});

describe('the entries that the build resolved', () => {
  const layer = builtInLayer();
  const folders = { home: '/h', pathOf: (file: string) => file };

  it('are what resolving them gives, down to the maps that inherit nothing', () => {
    const { resolved: _, ...unresolved } = layer;
    const expected = resolveConfig(mergeLayers([unresolved]), folders);
    const config = resolveConfig(mergeLayers([layer]), folders);
    deepStrictEqual(config, expected);
    expect(config.tools.codex).toBe(layer.resolved?.tools.codex);
  });

  it('hold only for entries that no other layer changes', () => {
    const text = 'version: 1\ntools: { codex: { timeout: 7s } }\nmodels: { haiku: { tier: premium } }\n';
    const { source } = parseSource({ file: 'x.yaml', text });
    const user = layerOf('user', source === null ? [] : [source]).layer;
    const config = resolveConfig(mergeLayers([layer, user]), folders);
    expect(config.tools.codex?.timeoutMs).toBe(7000);
    expect(config.models.haiku?.tier).toBe('premium');
    expect(config.tools['claude-code']).toBe(layer.resolved?.tools['claude-code']);
  });
});

describe('the example configs', () => {
  it.each(Object.keys(TEMPLATES))('%s is described and has no findings', (name) => {
    const template = TEMPLATES[name] ?? { description: '', text: '' };
    expect(template.description).not.toBe('');
    const files = [{ file: name, path: `/p/${name}`, text: template.text }];
    const loaded = loadConfig({
      sources: [{ layer: 'project', files }],
      builtIn: builtInLayer(),
      home: '/h',
    });
    expect(loaded.diagnostics).toEqual([]);
  });
});
