import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { ROUTER } from '../rig/machine.js';
import { type Rig, rigged } from '../rig/rig.js';

/** What a warm `exec` opens before the tool is started, most once or twice; what is not there counts too. */
const OPENED = [
  /^<package>\/(?:bin\/)?package\.json$/,
  /^<package>\/bin\/llm-router\.cjs$/,
  /^(?:<package>\/dist|<cache>\/llm-router)\/cli\.cjs(?:\.[\w.-]+\.cache)?$/,
  /^<project>\/(?:llm-router\.yaml|\.llm-router)$/,
  /^<cache>\/llm-router\/configs\/\w+\.json$/,
  /^<state>\/llm-router\/trust\.json$/,
  /^<state>\/llm-router\/cooldowns\.json$/,
  // Marks of the run, and of the run that started it.
  /^\/proc\/\d+\/(?:stat|environ)$/,
  /^\/proc\/sys\/kernel\/random\/boot_id$/,
  /^<state>\/llm-router\/running(?:\/\w+\.json)?$/,
  // The prompt, which the tool reads as its input.
  /^<tmp>(?:\/[\w.-]+)?$/,
  /^\/dev\/null$/,
  // Of Node: the time zone, and the processor (Node 26).
  /^\/etc\/localtime$|^\/usr\/share\/zoneinfo\/|^\/sys\/devices\/system\/cpu\//,
];

/** Files opened, not counting those of the processes above, of which each machine has others. */
const MOST_OPENED = 14;

/** Calls of the main thread from the first file of ours to the tool, without those for memory and threads, which V8 makes as it likes. */
const MOST_CALLS = 170;
const OF_V8 =
  /^(?:mmap|munmap|mprotect|madvise|brk|futex|sched_yield|clock_\w+|rt_sig\w+|restart_syscall|epoll_\w+)$/;

const strace = find('strace');

describe('before the tool is started, exec', () => {
  if (strace === null) {
    process.stderr.write(
      'SKIPPED: files and system calls of a start, since `strace` is not installed, or may not follow processes (apt-get install strace)\n',
    );
    it.skip('opens few files, and makes few system calls: `strace` is not installed', () => {});
    return;
  }
  it(
    'opens few files, and makes few system calls',
    rigged(async (rig) => {
      const calls = await callsBefore(rig, strace);
      const opened = calls.flatMap((line) => /^open(?:at)?\((?:AT_FDCWD, )?"([^"]+)"/.exec(line)?.[1] ?? []);
      const named = opened.map((file) => nameOf(rig, file));
      expect(named.filter((file) => !OPENED.some((pattern) => pattern.test(file)))).toEqual([]);
      const own = named.filter((file) => !/^\/proc\/\d+\//.test(file));
      expect(own.length).toBeGreaterThan(5);
      expect(own.length).toBeLessThanOrEqual(MOST_OPENED);
      const counted = withoutOtherProcesses(calls).filter(
        (line) => !OF_V8.test(/^\w+/.exec(line)?.[0] ?? ''),
      );
      expect(counted.length).toBeLessThanOrEqual(MOST_CALLS);
    }),
  );
});

/** Without the looks at single processes: how many there are depends on what else the machine runs, as it does for the files above. */
function withoutOtherProcesses(calls: readonly string[]): string[] {
  let descriptor: string | null = null;
  return calls.filter((line) => {
    const opened = /^open(?:at)?\([^"]*"\/proc\/\d+\/.* = (-?\d+)/.exec(line)?.[1];
    if (opened !== undefined) descriptor = opened;
    const isLook =
      opened !== undefined || line.includes(`(${descriptor}, `) || line.includes(`(${descriptor})`);
    if (line.startsWith(`close(${descriptor})`)) descriptor = null;
    return !isLook;
  });
}

/** The system calls of the main thread of a warm start, from the first file of ours that it opens to the start of the tool. */
async function callsBefore(rig: Rig, file: string): Promise<string[]> {
  const config =
    'agents: { me: { preferred_tool: echo } }\ntools: { echo: { binary: echo-agent, args: [] } }';
  rig.write('llm-router.yaml', `version: 1\n${config}\n`);
  rig.script('echo-agent', [{ stdout: 'hi' }, { stdout: 'hi' }]);
  expect(await rig.spawn(['exec', '-a', 'me', '--no-stdin', 'hello'])).toMatchObject({ code: 0 });
  const log = path.join(rig.tmp, '..', 'calls.log');
  const command = `"${file}" -f -o "${log}" "${process.execPath}" "${ROUTER}" exec -a me --no-stdin hello`;
  expect(await rig.shell(command)).toMatchObject({ code: 0, stdout: 'hi\n' });
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => /^(\d+) +(.*)$/.exec(line)?.slice(1) ?? []);
  const [main] = lines[0] ?? [];
  const tool = lines.findIndex(([id, call]) => id !== main && call?.startsWith('execve('));
  const calls = lines
    .slice(0, tool)
    .flatMap(([id, call = '']) => (id === main && /^\w+\(/.test(call) ? [call] : []));
  return calls.slice(calls.findIndex((call) => call.startsWith('open') && call.includes(`"${ROUTER}"`)));
}

function nameOf(rig: Rig, file: string): string {
  const { project, cache, state, tmp } = rig;
  const folders = Object.entries({ package: ROOT, project, cache, state, tmp });
  const found = folders.find(([, folder]) => file === folder || file.startsWith(`${folder}/`));
  return found === undefined ? file : `<${found[0]}>${file.slice(found[1].length)}`;
}

/** The path of a program that can follow others here. */
function find(program: string): string | null {
  try {
    const file = execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
    execFileSync(file, ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return file;
  } catch {
    return null;
  }
}
