import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importsOf, partOf, ROOT, sourceFiles } from './imports.js';

const PAGE = readFileSync(path.join(ROOT, 'docs', 'architecture.md'), 'utf8');
const [, , DIAGRAM = ''] = PAGE.split('```mermaid\n').map((part) => part.split('```')[0] ?? '');

/** The layer of each folder. */
const LAYERS = new Map(
  [...DIAGRAM.matchAll(/(\w+)\["[^:]+: ([^"]+)"\]/g)].flatMap(([, layer = '', folders = '']) =>
    folders.split(', ').map((folder) => [folder.replace('/', ''), layer] as const),
  ),
);

const ARROWS = [...DIAGRAM.matchAll(/^ {2}(\w+)(?:\[[^\]]*\])? --> (\w+)/gm)].map(
  ([, from = '', to = '']) => [from, to] as const,
);

/** The layers that are below one, each behind any number of arrows. */
function below(layer: string): string[] {
  return ARROWS.filter(([from]) => from === layer).flatMap(([, to]) => [to, ...below(to)]);
}

/** Imports between layers, as `cli > router`; those of files at the top of src are not drawn. */
const CROSSING = sourceFiles()
  .flatMap(importsOf)
  .filter(({ ours }) => ours)
  .map(({ file, target }) => [partOf(file), partOf(target)] as const)
  .map(([from, to]) => ({ from, to, upper: LAYERS.get(from), lower: LAYERS.get(to) }))
  .filter(({ upper, lower }) => upper !== undefined && lower !== undefined && upper !== lower);

describe('the diagram of the layers', () => {
  it('has every folder once', () => {
    const folders = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    );
    expect([...LAYERS.keys()].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('has the imports along its arrows, and none against them', () => {
    const astray = CROSSING.filter(({ upper = '', lower = '' }) => !below(upper).includes(lower));
    expect([...new Set(astray.map(({ from, to }) => `${from} > ${to}`))]).toEqual([]);
  });

  it.each(ARROWS)('has an import for the arrow from %s to %s', (from, to) => {
    expect(CROSSING.some(({ upper, lower }) => upper === from && lower === to)).toBe(true);
  });
});
