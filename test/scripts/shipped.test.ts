import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { licencesPage } from '../../scripts/licences-page.mjs';
import { checkKnown, executableSbom, npmName, readSbom } from '../../scripts/sbom.mjs';
import { shippedPackages } from '../../scripts/shipped.mjs';
import { ROOT } from '../architecture/imports.js';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

describe('what reaches a user', () => {
  const sbom = readSbom();
  const names = sbom.components.map(npmName);

  it('holds what is bundled and installed, and no tool of the development', () => {
    expect(sbom.metadata.component.version).toBe(manifest.version);
    expect(names).toEqual(expect.arrayContaining(['yaml', 'commander', 'uplot', '@libsql/linux-x64-gnu']));
    for (const name of ['jest', 'typescript', 'esbuild', '@biomejs/biome', '@types/node'])
      expect(names).not.toContain(name);
    const installed = sbom.components.filter(({ scope }) => scope === 'optional').map(npmName);
    expect(installed).toEqual(expect.arrayContaining(Object.keys(manifest.optionalDependencies)));
  });

  it('has bun instead of the driver in the executable', () => {
    const inside = executableSbom(sbom, '1.2.3').components;
    expect(inside.map(npmName)).not.toContain('libsql');
    expect(inside.at(-1)).toMatchObject({ name: 'bun', version: '1.2.3' });
  });

  it('has the text of each licence in the package', () => {
    const texts = read('dist/THIRD-PARTY-LICENSES.txt');
    for (const one of sbom.components)
      expect(texts).toContain(`${npmName(one)} ${one.version} (${one.licenses[0]?.license.id})`);
    for (const block of texts.split('-'.repeat(80)).slice(1)) {
      const [, ...text] = block.trim().split('\n\n');
      expect([block.slice(0, 80), text.join('').length > 200]).toEqual([block.slice(0, 80), true]);
    }
  });

  it('is on the page of licences: `npm run licences` writes it', () => {
    expect(read('docs/licences.md')).toBe(licencesPage(sbom));
  });

  it('is all that a build may hold', () => {
    expect(() => checkKnown(['node_modules/yaml'])).not.toThrow();
    expect(() => checkKnown(['node_modules/left-pad'])).toThrow('left-pad');
    expect(() => shippedPackages(ROOT, ['node_modules/left-pad'])).toThrow('left-pad');
  });
});
