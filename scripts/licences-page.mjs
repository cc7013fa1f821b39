// Writes docs/licences.md from what the build holds: `npm run licences`. A test compares the two.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmName, readSbom } from './sbom.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const HEAD = `# Licences

llm-router is under the MIT licence ([LICENSE](../LICENSE)). The packages below reach a user: "in the build" is code in \`dist\`, "installed" is put beside it by npm,
for Node without SQLite only. Their texts are in \`dist/THIRD-PARTY-LICENSES.txt\` of the package, and with a release; its bill of materials
(CycloneDX 1.6) is \`dist/sbom.cdx.json\`. Both are made by \`npm run build\`, which fails for a licence that is not MIT, ISC, Apache-2.0, BSD or 0BSD, and for
a package without a text. This page is made by \`npm run licences\`, and a test fails while it is stale.

## The runtime in the standalone executable

The executable holds [bun](https://bun.com) too: MIT, with JavaScriptCore and tinycc (LGPL) and others linked into it, which
[its page](https://bun.com/docs/project/license) lists with the places of their sources. For another build of these, build bun with it, and the executable with
that: \`npm run executable -- --bun FILE\`. The packages marked "installed" are not in the executable.

## Packages

| package | version | licence | |
|---|---|---|---|
`;

/** @param {ReturnType<typeof import('./sbom.mjs').sbomOf>} sbom */
export function licencesPage({ components }) {
  const rows = components.map((one) => {
    const where = one.scope === 'required' ? 'in the build' : 'installed';
    return `| ${npmName(one)} | ${one.version} | ${one.licenses[0].license.id} | ${where} |\n`;
  });
  return HEAD + rows.join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path.join(root, 'docs', 'licences.md'), licencesPage(readSbom()));
}
