// Files of a release that name it: the address, the version and the checksums stand between two `@` in the repository.

/**
 * install.sh as a release has it.
 * @param {{ address: string, version: string }} release
 */
export function installerOf(script, { address, version }) {
  return filled(script, { DOWNLOADS: downloadsOf(address), VERSION: version });
}

/**
 * The formula for Homebrew as a release has it.
 * @param {{ address: string, version: string, sums: string }} release `sums`: the text of SHA256SUMS
 */
export function formulaOf(template, { address, version, sums }) {
  const named = sums.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm);
  const checksums = Object.fromEntries([...named].map(([, sum, name]) => [`SHA256 ${name}`, sum]));
  const values = { ADDRESS: address, DOWNLOADS: downloadsOf(address), VERSION: version, ...checksums };
  return filled(template, values);
}

/** A text with the version of a release where it names the one before, as `@1.2.3` of a package or `v1.2.3` of a tag. */
export function withVersion(text, { from, to }) {
  const before = from.replaceAll('.', '\\.');
  return text.replace(new RegExp(`(?<=[@ ]v?)${before}(?![\\w.+-]*\\d)`, 'g'), to);
}

function downloadsOf(address) {
  return `${address}/releases/download`;
}

function filled(template, values) {
  return template.replace(/@([A-Z][\w .-]*)@/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`the release has no value for @${name}@`);
    return values[name];
  });
}
