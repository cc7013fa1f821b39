import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Layer, layerOf } from '../../src/config/layers.js';
import { parseSource } from '../../src/config/source.js';
import { type LoadedConfig, loadConfig } from '../../src/lint/load.js';

/** Folder of the configuration fixtures. */
export const FIXTURES = path.resolve('test/fixtures/config');

/** A small built-in layer that does not change with the shipped catalogue. */
export function smallCatalogue(): Layer {
  const { source } = parseSource({
    file: 'built-in.yaml',
    text: readFileSync(path.join(FIXTURES, 'built-in.yaml'), 'utf8'),
  });
  return layerOf('built-in', source === null ? [] : [source]).layer;
}

const CATALOGUE: Layer = { ...smallCatalogue(), sources: [] };

/** Loads texts as the project's config in `/p`; by name or as `llm-router.yaml`. */
export function load(texts: string | Record<string, string>, user: string | null = null): LoadedConfig {
  const named = typeof texts === 'string' ? { 'llm-router.yaml': texts } : texts;
  const files = Object.entries(named).map(([file, text]) => ({ file, path: `/p/${file}`, text }));
  const users = [{ file: '/u/llm-router.yaml', path: '/u/llm-router.yaml', text: user ?? '' }];
  return loadConfig({
    sources: [
      ...(user === null ? [] : [{ layer: 'user' as const, files: users }]),
      { layer: 'project', files },
    ],
    builtIn: CATALOGUE,
    home: '/home/me',
  });
}

/** `code@line:column` of each finding. */
export function codes(loaded: LoadedConfig): string[] {
  return loaded.diagnostics.map((one) => `${one.code}@${one.place?.line}:${one.place?.column}`);
}
