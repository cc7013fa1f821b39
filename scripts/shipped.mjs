// The packages of others that reach a user: those whose code is in the build, and those that npm installs beside it.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A package that reaches a user. `integrity` is that of its tarball at npm.
 * @typedef {{ folder: string, name: string, version: string, license: string, integrity: string, delivery: 'bundled' | 'installed' }} Shipped
 */

/**
 * All of them, as package-lock.json states them, sorted by name.
 * @param {string[]} bundled folders of the packages in the build, such as `node_modules/yaml`
 * @returns {Shipped[]}
 */
export function shippedPackages(root, bundled) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const all = Object.entries(packages).flatMap(([folder, entry]) => {
    const delivery = bundled.includes(folder) ? 'bundled' : isInstalled(folder, entry) ? 'installed' : null;
    return delivery === null ? [] : [{ ...described(folder, entry), delivery }];
  });
  const unlocked = bundled.filter((folder) => packages[folder] === undefined);
  if (unlocked.length > 0) throw new Error(`package-lock.json does not hold ${unlocked.join(', ')}`);
  return all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The name of the package in a folder, such as `node_modules/@scope/name`. */
export function packageName(folder) {
  return folder.split('node_modules/').at(-1);
}

function isInstalled(folder, { dev, devOptional }) {
  return folder !== '' && dev !== true && devOptional !== true;
}

function described(folder, { name, version, license, integrity }) {
  return { folder, name: name ?? packageName(folder), version, license, integrity };
}

function keyOf({ name, version }) {
  return `${name}@${version}`;
}
