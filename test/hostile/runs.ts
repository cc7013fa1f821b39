import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecDocument } from '../rig/document.js';
import { isAlive } from '../rig/processes.js';
import type { Rig } from '../rig/rig.js';
import type { HostileAgent } from './agents.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** Folder of the executables. */
export const AGENTS = path.join(HERE, 'agents');

/** The result of a run of a hostile tool. */
export interface HostileRun {
  code: number | null;
  document: ExecDocument;
  /** Processes that it named in the file `pids` and that are still alive. */
  alive: number[];
  /** The most memory that the router used, MiB; `null` where the system does not report it. */
  memoryMiB: number | null;
}

/** Runs the router with one tool, in a folder of its own. */
export async function runHostile(rig: Rig, hostile: HostileAgent): Promise<HostileRun> {
  const { agent, prompt = 'hello' } = hostile;
  const cwd = path.join(rig.project, agent);
  mkdirSync(cwd, { recursive: true });
  const config = rig.write(`${agent}.yaml`, configFor(hostile));
  const result = await rig.spawn(['exec', '--config', config, '--json'], {
    cwd,
    stdin: prompt,
    env: process.platform === 'linux' ? memoryProbe(rig, agent) : {},
  });
  return {
    code: result.code,
    document: result.json(),
    alive: pidsIn(path.join(cwd, 'pids')).filter(isAlive),
    memoryMiB:
      process.platform === 'linux' ? Number(readFileSync(peakFile(rig, agent), 'utf8')) / 1024 : null,
  };
}

const USUAL = ['timeout: 20s', 'idle_timeout: 10s', 'grace: 300ms', 'billing: free', 'args: []'];

/** One attempt, with a tool name of its own, so that cooldowns of other runs do not apply. */
export function configFor({ agent, tool = '' }: HostileAgent, binary = path.join(AGENTS, agent)): string {
  const usual = USUAL.filter((key) => !new RegExp(`(^|[ ,])${key.split(':')[0]}:`).test(tool));
  const keys = [`binary: ${binary}`, ...usual, ...(tool === '' ? [] : [tool])];
  return [
    'version: 1',
    'default_agent: a',
    `agents: { a: { preferred_tool: ${agent} } }`,
    'policies: { default: { retry: { max_retries: 0 } } }',
    `tools: { ${agent}: { ${keys.join(', ')} } }\n`,
  ].join('\n');
}

function memoryProbe(rig: Rig, agent: string): Record<string, string> {
  return { NODE_OPTIONS: `--require ${path.join(HERE, 'peak-memory.cjs')}`, PEAK_FILE: peakFile(rig, agent) };
}

function peakFile(rig: Rig, agent: string): string {
  return path.join(rig.project, `${agent}.peak`);
}

/** Pids that a tool wrote. */
export function pidsIn(file: string): number[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
}
