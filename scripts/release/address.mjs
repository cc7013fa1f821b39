// Where the repository is: only the workflow of a release knows it, so that a fork publishes under its own address.

/** Fields of package.json that name the repository. */
const FIELDS = ['repository', 'homepage', 'bugs'];

/** What to do where the address is not known. */
export const WAY_OUT =
  'the address of the repository is not known: push the tag, so that the workflow `release` runs, or set GITHUB_SERVER_URL (https://…) and GITHUB_REPOSITORY (owner/name)';

/**
 * The address that GitHub gives each workflow in `GITHUB_SERVER_URL` and `GITHUB_REPOSITORY`, without a slash at its end; `null`: not given.
 * @param {Record<string, string | undefined>} env
 */
export function addressOf({ GITHUB_SERVER_URL: server = '', GITHUB_REPOSITORY: repository = '' }) {
  const isKnown = /^https:\/\/[^/\s]+$/.test(server) && /^[\w.-]+\/[\w.-]+$/.test(repository);
  return isKnown ? `${server}/${repository}` : null;
}

/** package.json with the address. npm refuses the provenance of a package that names another repository than that of the workflow. */
export function withAddress(manifest, address) {
  return {
    ...manifest,
    repository: { type: 'git', url: `git+${address}.git` },
    homepage: `${address}#readme`,
    bugs: { url: `${address}/issues` },
  };
}

/** What is wrong with the address in package.json, one sentence each. `mayLack`: it is filled in later. */
export function addressProblems(manifest, address, { mayLack }) {
  if (address === null) return [WAY_OUT];
  const right = withAddress({}, address);
  return FIELDS.flatMap((field) => {
    const value = manifest[field];
    if (value === undefined) return mayLack ? [] : [`${field} is not in package.json: ${FILL}`];
    const differs = (value.url ?? value) !== (right[field].url ?? right[field]);
    return differs
      ? [`${field} in package.json is not that of ${address}: remove it, the release fills it in`]
      : [];
  });
}

const FILL = 'run `node scripts/release.mjs manifest` in the workflow `release`';
