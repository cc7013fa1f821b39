// First step of the action: finds the llm-router to run, or installs it from npm into the runner's temporary folder.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setOutputs } from './workflow.mjs';

const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const { EXECUTABLE = '', VERSION = '', RUNNER_TEMP = '' } = process.env;

const executable = EXECUTABLE === '' ? install(VERSION || own.version) : installed(path.resolve(EXECUTABLE));
if (executable !== null) setOutputs({ executable });

/** Returns the path of the installed command; `null`: it could not be installed, which is reported. */
function install(version) {
  if (!/^[0-9A-Za-z.-]+$/.test(version)) return fail(`\`version\` is not a version or tag: ${version}`);
  const folder = path.join(RUNNER_TEMP, 'llm-router');
  const args = ['install', '--prefix', folder, '--no-save', '--no-fund', '--no-audit'];
  // On Windows npm is a batch file, which only a shell starts; nothing of `args` needs quotes but the folder.
  const shell = process.platform === 'win32';
  const quoted = args.map((arg) => (shell ? `"${arg}"` : arg));
  const { status } = spawnSync('npm', [...quoted, `${own.name}@${version}`], { stdio: 'inherit', shell });
  const command = path.join(folder, 'node_modules', own.name, own.bin['llm-router']);
  if (status !== 0 || !existsSync(command)) return fail(`cannot install ${own.name}@${version} from npm`);
  return command;
}

function installed(command) {
  return existsSync(command) ? command : fail(`\`executable\` names ${command}, which does not exist`);
}

function fail(message) {
  process.stdout.write(`::error title=llm-router::${message}\n`);
  process.exitCode = 1;
  return null;
}
