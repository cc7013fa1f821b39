// The bill of materials (CycloneDX) of what reaches a user. The build writes that of the npm package to dist/sbom.cdx.json;
// `sbom.mjs --executable` prints that of the standalone executable, which holds bun, and no driver beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUN } from './bun.mjs';
import { packageName } from './shipped.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FILE = path.join(root, 'dist', 'sbom.cdx.json');

/** How a package reaches a user. */
const DELIVERY = 'llm-router:delivery';

/**
 * Without times and serial numbers, so that one commit gives one text.
 * @param {{ name: string, version: string, description: string, license: string }} manifest of the package that is described
 * @param {import('./shipped.mjs').Shipped[]} shipped
 */
export function sbomOf(manifest, shipped) {
  const subject = { ...component(manifest), type: 'application', description: manifest.description };
  const components = shipped.map((one) => ({
    type: 'library',
    ...component(one),
    scope: one.delivery === 'bundled' ? 'required' : 'optional',
    hashes: [{ alg: 'SHA-512', content: hexOf(one.integrity) }],
    properties: [{ name: DELIVERY, value: one.delivery }],
  }));
  return documentOf(subject, components);
}

/** That of the executable, from that of the package. */
export function executableSbom({ metadata, components }, bun) {
  const runtime = {
    type: 'platform',
    'bom-ref': `pkg:github/oven-sh/bun@bun-v${bun}`,
    name: 'bun',
    version: bun,
    purl: `pkg:github/oven-sh/bun@bun-v${bun}`,
    scope: 'required',
    // What is linked into it has others, see docs/licences.md.
    licenses: [{ license: { id: 'MIT' } }],
  };
  return documentOf(metadata.component, [...components.filter((one) => one.scope === 'required'), runtime]);
}

/** The name of a component as npm writes it. */
export function npmName({ group, name }) {
  return group === undefined ? name : `${group}/${name}`;
}

/** Writes that of the package. */
export function writeSbom(shipped) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  writeFileSync(FILE, json(sbomOf(manifest, shipped)));
}

/** That of the package, as the build wrote it. */
export function readSbom() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/** Throws for a package in a build that the bill of materials, and so the list of licences, does not name as bundled. */
export function checkKnown(folders) {
  const known = readSbom().components.filter((one) => one.scope === 'required');
  const names = new Set(known.map(npmName));
  const unknown = folders.filter((folder) => !names.has(packageName(folder)));
  if (unknown.length > 0) throw new Error(`not in the bill of materials: ${unknown.join(', ')}`);
}

function documentOf(subject, components) {
  const used = components.map((one) => one['bom-ref']);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: subject },
    components,
    dependencies: [{ ref: subject['bom-ref'], dependsOn: used }, ...used.map((ref) => ({ ref }))],
  };
}

function component({ name, version, license }) {
  const [, group, short] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [null, undefined, name];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name: short,
    version,
    purl,
    licenses: [{ license: { id: license } }],
  };
}

function hexOf(integrity) {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sbom = readSbom();
  process.stdout.write(json(process.argv.includes('--executable') ? executableSbom(sbom, BUN) : sbom));
}
