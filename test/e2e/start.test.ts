import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

/** Packages that cost more than the rest of the start together; they are for terminals, probes and HTTP. */
const HEAVY = ['chalk', 'ora', 'execa', 'ajv'];
const HOOK = path.join(import.meta.dirname, 'modules-hook.cjs');

it(
  'loads nothing heavy before the tool is started',
  rigged(async (rig) => {
    rig.write(
      'llm-router.yaml',
      'version: 1\nagents: { me: { preferred_tool: echo } }\ntools: { echo: { binary: echo-agent, args: [] } }\n',
    );
    rig.script('echo-agent', [{ stdout: 'hi' }]);
    const log = path.join(rig.tmp, '..', 'modules.log');
    const env = { NODE_OPTIONS: `--require ${HOOK}`, MODULES_LOG: log };
    const result = await rig.spawn(['exec', '-a', 'me', 'hello'], { env });
    expect(result).toMatchObject({ code: 0, stdout: 'hi\n' });
    const lines = readFileSync(log, 'utf8').split('\n');
    const before = lines.slice(0, lines.indexOf('SPAWN'));
    expect(lines.indexOf('SPAWN')).toBeGreaterThan(0);
    expect(before.length).toBeGreaterThan(3);
    const packages = before.filter((line) => HEAVY.some((name) => new RegExp(`[ /]${name}(/|$)`).test(line)));
    expect(packages).toEqual([]);
    // The bundled packages that measure widths load only with the screens that need them.
    expect(before).not.toContain('new Intl.Segmenter');
    const ours = before.filter((line) => line.startsWith('require ') && !line.startsWith('require node:'));
    expect(
      ours.every((line) => /llm-router\.cjs|load\.cjs|compiled\.cjs|cli\.cjs|^require [a-z_/]+$/.test(line)),
    ).toBe(true);
  }),
);

it(
  'ends although a handle was left open',
  rigged(async (rig) => {
    const leak = rig.write('leak.cjs', 'setInterval(() => {}, 1000);');
    const env = { NODE_OPTIONS: `--require ${leak}` };
    const { code, stdout } = await rig.start(['exec', '--tool', 'mock', 'hello'], { env }).done;
    expect([code, stdout.length > 0]).toEqual([0, true]);
  }),
);
