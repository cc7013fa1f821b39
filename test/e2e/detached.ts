import path from 'node:path';
import { expect } from '@jest/globals';
import type { Rig } from '../rig/rig.js';

/** Where the runs of a rig keep their files. */
export const jobsFolder = (rig: Rig): string => path.join(rig.state, 'llm-router', 'jobs');

/** Starts a detached run and returns its id. */
export async function detach(rig: Rig, ...args: string[]): Promise<string> {
  const started = await rig.run(['exec', '--detach', '--no-stdin', ...args, 'hi']);
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = started;
  return args.includes('--json') ? JSON.parse(stdout).id : stdout.trim();
}

/** What `jobs --json` lists. */
export async function jobs(rig: Rig): Promise<Record<string, unknown>[]> {
  return JSON.parse((await rig.run(['jobs', '--json'])).stdout);
}
