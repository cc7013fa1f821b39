import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Watched } from './agents.js';

/** The action of a scripted agent on one call. */
export interface Step {
  /** Expected values of the call; a difference fails the test. */
  expect?: { argv?: readonly string[]; stdin?: string };
  stdout?: string | Buffer;
  stderr?: string;
  /** [0] */
  exit?: number;
  /** Dies by this signal instead of exiting. */
  raise?: NodeJS.Signals;
}

/** One call of a scripted agent. */
export interface RecordedCall {
  argv: string[];
  stdin: string;
  cwd: string;
  env: Record<string, string>;
}

/** A fake agent that takes the next step on each call. */
export interface ScriptedAgent {
  path: string;
  /** The calls so far. */
  calls: readonly RecordedCall[];
}

/**
 * Puts an executable into the rig's PATH that does the steps, one a call. It is a shell script, which starts in a tenth of the time of
 * Node; `folder` is its own.
 */
export function installScripted(
  file: string,
  folder: string,
  steps: readonly Step[],
): ScriptedAgent & Watched {
  mkdirSync(folder, { recursive: true });
  for (const [index, { stdout = '', stderr = '' }] of steps.entries()) {
    writeFileSync(path.join(folder, `${index + 1}.out`), stdout);
    writeFileSync(path.join(folder, `${index + 1}.err`), stderr);
  }
  writeFileSync(file, scriptOf(folder, steps), { mode: 0o755 });
  const name = path.basename(file);
  const calls = () => callsIn(folder);
  return {
    path: file,
    get calls() {
      return calls();
    },
    problems: () => problemsOf(name, steps, { calls: calls(), begun: numbersIn(folder).length }),
    onIdle: () => undefined,
  };
}

/** Each call takes the next number by making its folder, keeps what it was given, and does its step. */
function scriptOf(folder: string, steps: readonly Step[]): string {
  const ends = steps.map(({ exit = 0, raise }, index) => {
    const end = raise === undefined ? `exit ${exit}` : `kill -s ${raise.replace(/^SIG/, '')} $$`;
    return `${index + 1}) ${end} ;;`;
  });
  return `#!/bin/sh
n=1
until /bin/mkdir '${folder}'/$n 2>/dev/null; do n=$((n + 1)); done
call='${folder}'/$n
/usr/bin/env -0 > "$call/env"
pwd > "$call/cwd"
for argument; do printf '%s\\0' "$argument"; done > "$call/argv"
/bin/cat > "$call/stdin"
: > "$call/taken"
[ -e "$call.out" ] || exit 99
/bin/cat "$call.err" >&2
/bin/cat "$call.out"
case $n in ${ends.join(' ')} esac
`;
}

/** The numbers of the calls that have begun. */
function numbersIn(folder: string): number[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => Number(name)).sort((a, b) => a - b);
}

/** The calls whose standard input has ended. */
function callsIn(folder: string): RecordedCall[] {
  const inside = (number: number, what: string) => path.join(folder, String(number), what);
  const taken = numbersIn(folder).filter((number) => existsSync(inside(number, 'taken')));
  return taken.map((number) => {
    const read = (what: string) => readFileSync(inside(number, what), 'utf8');
    const parts = (what: string) => read(what).split('\0').slice(0, -1);
    const env = parts('env').map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]);
    return {
      argv: parts('argv'),
      stdin: read('stdin'),
      cwd: read('cwd').replace(/\n$/, ''),
      env: Object.fromEntries(env),
    };
  });
}

function problemsOf(
  name: string,
  steps: readonly Step[],
  { calls, begun }: { calls: readonly RecordedCall[]; begun: number },
): string[] {
  const differs = (what: string, want: unknown, got: unknown): string[] =>
    want === undefined || JSON.stringify(want) === JSON.stringify(got)
      ? []
      : [`\`${name}\`: ${what} is ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`];
  const ofCalls = calls.flatMap(({ argv, stdin }, index) => {
    const step = steps[index];
    if (step === undefined)
      return [`unexpected call of \`${name}\` with ${JSON.stringify(argv)}: its script is over`];
    return [...differs('argv', step.expect?.argv, argv), ...differs('stdin', step.expect?.stdin, stdin)];
  });
  const left = steps.slice(begun);
  return [...ofCalls, ...left.map((step) => `unused step of \`${name}\`: ${JSON.stringify(step)}`)];
}
