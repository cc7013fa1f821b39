import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/** A program from the npm registry. */
export interface NpmProgram {
  /** Folder name below the work folder. */
  name: string;
  npmPackage: string;
  /** Version or range. */
  version: string;
  binary: string;
}

/** An installed program, or why there is none. */
export type Installed =
  | { ok: true; version: string; binFolder: string }
  | { ok: false; reason: string; log: string };

/** The runtime that the agent CLIs are installed with and run on: some of them need a newer one than ours. */
export const NODE_22: NpmProgram = { name: 'node22', npmPackage: 'node', version: '22', binary: 'node' };

const INSTALL_LIMIT_MS = 300_000;

/**
 * Installs a program into a project of its own below `folder`, unless a former run did. The project allows the install
 * script of this one package: npm 11 runs no others, and some of these packages place their binary by one.
 * `runtime` is a folder whose `node` npm itself shall run on, since npm picks versions by the engine it runs on.
 */
export async function install(
  program: NpmProgram,
  at: { folder: string; runtime: string | null },
): Promise<Installed> {
  const project = path.join(at.folder, 'programs', program.name);
  const known = await installedVersion(project, program, at.runtime);
  if (known.ok && isWanted(known.version, program.version)) return known;
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  const manifest = { name: program.name, private: true, allowScripts: { [program.npmPackage]: true } };
  await writeFile(path.join(project, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const wanted = `${program.npmPackage}@${program.version}`;
  const result = await execa('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', wanted], {
    cwd: project,
    env: at.runtime === null ? {} : { PATH: `${at.runtime}:${process.env.PATH ?? ''}` },
    timeout: INSTALL_LIMIT_MS,
    stdin: 'ignore',
    reject: false,
  });
  const found = await installedVersion(project, program, at.runtime);
  if (found.ok) return found;
  const reason = result.failed ? 'npm install failed' : found.reason;
  return { ok: false, reason, log: result.stderr };
}

/** An exact version, or a range of one major version; of `latest` only the registry knows. */
function isWanted(version: string, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}

async function installedVersion(
  project: string,
  program: NpmProgram,
  runtime: string | null,
): Promise<Installed> {
  const binFolder = path.join(project, 'node_modules', '.bin');
  const folders = [binFolder, runtime, process.env.PATH].filter((folder) => folder !== null);
  const asked = await execa(path.join(binFolder, program.binary), ['--version'], {
    env: { PATH: folders.join(':'), HOME: project, COPILOT_AUTO_UPDATE: 'false' },
    timeout: 60_000,
    stdin: 'ignore',
    reject: false,
  });
  const version = /\d+\.\d+\.\d+/.exec(asked.stdout)?.[0];
  if (version === undefined) return { ok: false, reason: 'its binary does not start', log: asked.stderr };
  return { ok: true, version: await declaredVersion(project, program, version), binFolder };
}

async function declaredVersion(project: string, program: NpmProgram, spoken: string): Promise<string> {
  try {
    const manifest = path.join(project, 'node_modules', program.npmPackage, 'package.json');
    const declared: unknown = JSON.parse(await readFile(manifest, 'utf8')).version;
    return typeof declared === 'string' ? declared : spoken;
  } catch {
    return spoken; // a package that cannot be read has still answered for itself
  }
}
