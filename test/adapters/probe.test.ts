import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { probeLogin, probeVersion } from '../../src/adapters/probe.js';
import type { CommandTool } from '../../src/config/types.js';
import { isAlive } from '../rig/processes.js';
import { toolOf } from './command/samples.js';

const BOT = resolve('test/fixtures/agents/answers-questions');
const VERSION = { args: ['--version'], pattern: '(\\d+\\.\\d+\\.\\d+)', minimum: null };
const LOGIN = { args: ['login'], exitCode: 0, hint: null };
const ENV = { PATH: process.env.PATH };

function bot(more: Partial<CommandTool> = {}): CommandTool {
  return toolOf([], { version: VERSION, loginCheck: LOGIN, ...more });
}

function set(variables: Record<string, string>): CommandTool['envVars'] {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value, at: null }]));
}

describe('probeVersion', () => {
  it('reads the version, in the environment of a run', async () => {
    expect(await probeVersion(bot(), BOT, ENV)).toEqual({ version: '1.2.3' });
    expect(await probeVersion(bot(), BOT, { ...ENV, BOT_VERSION: '2.0.0' })).toEqual({ version: '2.0.0' });
    const unset = bot({ envUnset: ['BOT_VERSION'] });
    expect(await probeVersion(unset, BOT, { ...ENV, BOT_VERSION: '2.0.0' })).toEqual({ version: '1.2.3' });
  });

  it('says what is wrong', async () => {
    const asking = (args: string[]) => bot({ version: { ...VERSION, args } });
    const problem = { problem: '`-v` exited with 64 and printed no version' };
    expect(await probeVersion(asking(['-v']), BOT, ENV)).toEqual(problem);
    expect(await probeVersion(asking(['-v']), '/no/such', ENV)).toEqual({
      problem: '`-v` did not run and printed no version',
    });
    expect(await probeVersion(bot({ version: null }), BOT, ENV)).toEqual({
      problem: 'its definition has no command that prints the version',
    });
  });
});

describe('a program that leaves a child with its pipes', () => {
  it('does not delay the probe, and the child is ended', async () => {
    const pidPattern = bot({ version: { ...VERSION, pattern: '1.2.3 (\\d+)' } });
    const path = resolve('test/fixtures/agents/tells-version-and-leaves-child');
    const answer = await probeVersion(pidPattern, path, ENV);
    const child = 'version' in answer ? Number(answer.version) : 0;
    expect({ child, alive: isAlive(child) }).toEqual({ child: expect.any(Number), alive: false });
  });
});

describe('probeLogin', () => {
  const loggedIn = { loggedIn: true };
  const loggedOut = { loggedIn: false, problem: 'not logged in: `login` exited with 1' };

  it.each<[string, Partial<CommandTool>, Record<string, string>, unknown]>([
    ['a login of the user', {}, { LOGIN: '1' }, loggedIn],
    ['none', {}, {}, loggedOut],
    ['one that a run would not see', { envUnset: ['LOGIN'] }, { LOGIN: '1' }, loggedOut],
    ['one that the definition sets', { envVars: set({ LOGIN: 'x' }) }, {}, loggedIn],
    ['another exit code that means yes', { loginCheck: { ...LOGIN, exitCode: 1 } }, {}, loggedIn],
    ['a tool that cannot be asked', { loginCheck: null }, {}, null],
    ['a key, which needs no login', { apiKeyEnv: ['KEY'] }, { KEY: 'k' }, null],
    ['a key that is not passed on', { apiKeyEnv: ['KEY'], billing: 'subscription' }, { KEY: 'k' }, loggedOut],
  ])('sees %s', async (_what, tool, variables, answer) => {
    expect(await probeLogin(bot(tool), BOT, { ...ENV, ...variables })).toEqual(answer);
  });

  it('tells a binary that does not run', async () => {
    expect(await probeLogin(bot(), '/no/such', ENV)).toEqual({
      loggedIn: false,
      problem: 'not logged in: `login` did not run',
    });
  });
});
