// What the snapshots before and after an attempt that may edit files add to `exec`, in work trees of different sizes, where nothing has
// changed since the last run and where ten files have: beside `snapshot: off` and `git status`, in turns.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell } from './measure.mjs';
import { quick, rounds, row, used } from './rows.mjs';

const SIZES = quick ? [100, 4000] : [1000, 100_000];
const ROUNDS = rounds(9, 1);
const CHANGED = 10;
/** The most that the snapshots of the largest tree may add where nothing has changed, ms. */
const MOST_ADDED_MS = 500;
/** Folders that have changed shortly before a run are listed again by the next one, ms. */
const SETTLED_MS = 3500;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const env = homeIn(folder);
const router = `"${process.execPath}" "${root}/bin/llm-router.cjs"`;
const commands = { off: exec('off'), on: exec('auto'), status: 'git status --porcelain' };

function exec(snapshot) {
  const file = path.join(folder, `${snapshot}.yaml`);
  const tool = 'tools: { noop: { binary: cat, args: [], billing: free } }';
  const policy = `policies: { default: { recovery: { snapshot: ${snapshot} } } }`;
  writeFileSync(
    file,
    `version: 1\nagents: { me: { preferred_tool: noop, access: edit } }\n${tool}\n${policy}\n`,
  );
  return `${router} exec --config "${file}" -a me --json hello`;
}

/** A committed work tree of so many files, 50 in a folder. */
function workTree(files) {
  const cwd = path.join(folder, `files-${files}`);
  mkdirSync(cwd);
  const git = (...args) => execFileSync('git', args, { cwd, env });
  git('init', '-q');
  for (let n = 0; n < files; n++) {
    if (n % 50 === 0) mkdirSync(path.join(cwd, folderOf(n)), { recursive: true });
    writeFileSync(path.join(cwd, fileOf(n)), `export const value = ${n % 100};\n`);
  }
  git('add', '-A');
  git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '-qm', 'files');
  git('update-index', '-q', '--refresh');
  return cwd;
}

function folderOf(n) {
  return `d${Math.floor(n / 1000)}/e${Math.floor(n / 50) % 20}`;
}

function fileOf(n) {
  return `${folderOf(n)}/f${n}.ts`;
}

let edits = 0;
function edit(cwd) {
  edits++;
  for (let n = 0; n < CHANGED; n++) writeFileSync(path.join(cwd, fileOf(n * 7)), `edit ${edits} of ${n}\n`);
}

/** Every command in each round, after a change of its own. */
function measure(cwd, change) {
  const times = { off: [], on: [], status: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, command] of Object.entries(commands)) {
      change(cwd);
      times[name].push(measureShell(command, 1, { env, cwd }));
    }
  return times;
}

function give(id, what, times, limit) {
  for (const [kind, unit] of Object.entries({ wall: 'ms', cpu: 'ms CPU' })) {
    const [off, on, status] = [times.off, times.on, times.status].map((list) => list.map((one) => one[kind]));
    const title = `\`exec\`, ${what}`;
    row({ id: `${id}.exec.${kind}`, title, unit, ours: on, beside: '`snapshot: off`', theirs: off });
    row({
      id: `${id}.added.${kind}`,
      title: `added to \`exec\`, ${what}`,
      unit,
      ours: on.map((one, round) => one - off[round]),
      beside: '`git status`',
      theirs: status,
      ...(kind === 'wall' && limit !== undefined ? { limit } : {}),
    });
  }
}

try {
  used('Git', /\d[\d.]*/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown');
  const trees = SIZES.map((files) => ({ files, cwd: workTree(files) }));
  await wait(SETTLED_MS);
  for (const { files, cwd } of trees) {
    // The first run reads all, and the second one has what it has kept.
    for (const command of Object.values(commands)) measureShell(command, 2, { env, cwd });
    const many = `${files.toLocaleString('en-US')} files`;
    const limit = files === Math.max(...SIZES) && !quick ? MOST_ADDED_MS : undefined;
    give(
      `files${files}.same`,
      `${many}, nothing changed`,
      measure(cwd, () => undefined),
      limit,
    );
    give(`files${files}.changed`, `${many}, ${CHANGED} changed`, measure(cwd, edit));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
