import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Shifts the clock of a program (Debian's `libfaketime`); `null`: it is not installed. */
const FAKE_CLOCK =
  ['/usr/lib', ...foldersIn('/usr/lib')]
    .map((folder) => path.join(folder, 'faketime/libfaketimeMT.so.1'))
    .find(existsSync) ?? null;

const MAY_MAKE_HOSTS =
  spawnSync('ip', ['-V']).status === 0 &&
  spawnSync('unshare', [...namespaces(), 'mount', '-t', 'proc', 'proc', '/proc']).status === 0;

/** Whether this machine can stand in for several hosts. */
export const HAS_HOSTS = MAY_MAKE_HOSTS && FAKE_CLOCK !== null;

if (!MAY_MAKE_HOSTS)
  process.stderr.write(
    'SKIPPED: the tests of several hosts, which need root, the right to make namespaces, and iproute2\n',
  );
else if (FAKE_CLOCK === null)
  process.stderr.write(
    'SKIPPED: the tests of several hosts, which need libfaketime (apt-get install libfaketime)\n',
  );

function namespaces(): string[] {
  return ['--net', '--mount', '--uts', '--pid', '--fork', '--kill-child'];
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [path.join(folder, entry.name)] : [],
  );
}

/** A host as far as a ledger can tell: network, host name, processes, boot and clock of its own. Files are those of this machine. */
export interface Host {
  /** The address of this machine on the link to the host. */
  gateway: string;
  /** A line of a shell that runs a command on it in the working folder. */
  line(command: readonly string[]): string;
  /** No answer arrives any more, and neither side learns of it; what the host sends still does. */
  cutLink(): void;
  mendLink(): void;
  /** All processes are gone at once. */
  powerOff(): Promise<void>;
}

/** Makes a host whose clock is wrong by `clock`, such as `-30m`. `number` tells it from others; below 60. */
export async function makeHost(
  folder: string,
  { number, name, clock }: { number: number; name: string; clock: string },
): Promise<Host> {
  const bootId = path.join(folder, `${name}.boot-id`);
  writeFileSync(bootId, `0000000${number}-0000-4000-8000-000000000000\n`.slice(-37));
  const made = `hostname ${name}; mount -t proc proc /proc; mount --bind '${bootId}' /proc/sys/kernel/random/boot_id`;
  const first = spawn('unshare', [...namespaces(), 'sh', '-ec', `${made}; echo ready; exec sleep 100000`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(first.stdout, 'data');
  const pid = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').trim();
  const link = `lr${process.pid % 100_000}h${number}`;
  // Another run of the tests may go on at the same time.
  const net = `10.211.${process.pid % 250}`;
  const [gateway, own] = [`${net}.${number * 4 + 1}`, `${net}.${number * 4 + 2}`];
  const inside = (...command: string[]): void =>
    void execFileSync('nsenter', ['-t', pid, '--net', ...command]);
  execFileSync('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid]);
  execFileSync('ip', ['addr', 'add', `${gateway}/30`, 'dev', link]);
  execFileSync('ip', ['link', 'set', link, 'up']);
  inside('ip', 'addr', 'add', `${own}/30`, 'dev', 'eth0');
  for (const one of ['lo', 'eth0']) inside('ip', 'link', 'set', one, 'up');
  return {
    gateway,
    line: (command) => lineOn(pid, clock, command),
    cutLink: () => execFileSync('ip', ['route', 'add', 'blackhole', `${own}/32`]),
    mendLink: () => execFileSync('ip', ['route', 'del', 'blackhole', `${own}/32`]),
    powerOff: () => ended(first),
  };
}

/** Another root folder is entered with the namespace of mounts, so that the working folder has to be entered again. */
function lineOn(pid: string, clock: string, command: readonly string[]): string {
  const enter = `${pathOf('nsenter')} -t ${pid} --net --mount --uts --pid /bin/sh -c`;
  const settings = `LD_PRELOAD=${FAKE_CLOCK} FAKETIME=${clock} FAKETIME_DONT_FAKE_MONOTONIC=1`;
  return `${enter} 'cd "$0" && export ${settings} && exec "$@"' "$PWD" ${command.map((part) => `'${part}'`).join(' ')}`;
}

function pathOf(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
}

async function ended(first: ChildProcess): Promise<void> {
  if (first.exitCode !== null || first.signalCode !== null) return;
  const exit = once(first, 'exit');
  first.kill('SIGKILL');
  await exit;
}
