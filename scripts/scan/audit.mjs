// Known holes in the packages that reach a user. Most of them are bundled, and so development dependencies to npm: `--omit=dev` would not ask for them.
import { spawnSync } from 'node:child_process';

/**
 * Whether `npm audit` knows no hole in the packages of these names; those that it knows are printed. A registry that does not answer, as many
 * mirrors do not, is no failure, but is one in a workflow of GitHub, which uses npm's own.
 * @param {{ root: string, names: string[] }} given
 */
export function audit({ root, names }) {
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  const { vulnerabilities, message } = parsed(stdout);
  if (vulnerabilities === undefined) {
    process.stdout.write(
      `SKIPPED: npm audit, which the registry does not answer: ${message ?? 'no reason given'}\n`,
    );
    return process.env.GITHUB_ACTIONS !== 'true';
  }
  const found = Object.values(vulnerabilities).filter(({ name }) => names.includes(name));
  for (const { name, severity, via } of found) {
    const titles = via.map((cause) => cause.title ?? `by way of ${cause}`);
    process.stdout.write(`${name} (${severity}): ${titles.join('; ')}\n`);
  }
  return found.length === 0;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
