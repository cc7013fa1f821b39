import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { ANSWER, installCaller, NESTED } from './nested-caller.js';

describe('a call inside a call', () => {
  it(
    'keeps a trace id that is a name',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', NESTED);
      installCaller(rig, '-a inner hi');
      await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
      rig.script('answer-cli', [ANSWER]);
      const { id } = (await rig.run(['exec', '--json', '--trace-id', 'release 7', 'go'])).json();
      expect((await rig.run(['trace', 'show', id, '--tree'])).stdout).toContain('2 invocations');
    }),
  );

  it(
    'is refused when it is nested too deep',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', NESTED);
      installCaller(rig, '-a outer again');
      await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
      const outer = await rig.run(['exec', '--json', 'go']);
      expect(outer.code).not.toBe(0);
      expect(outer.json().failure?.stderr_tail ?? '').toContain('exited with 77');
      expect(Math.max(...rig.traces().map((trace) => (trace as unknown as { depth: number }).depth))).toBe(4);
    }),
  );
});

const onLinux = process.platform === 'linux' ? it : it.skip;
onLinux(
  'a call inside a call is known as one without its variables and with another folder of state',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', NESTED);
    const variables = `PATH="$PATH" HOME="$HOME" XDG_STATE_HOME="${rig.home}/other"`;
    const script = `/usr/bin/env -i ${variables} llm-router --config llm-router.yaml exec --no-stdin -a inner --force hi`;
    rig.write(path.join(rig.bin, 'caller-cli'), `#!/bin/sh\n${script} 2>&1\n`);
    await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
    const { failure } = (await rig.run(['exec', '--json', 'go'])).json();
    expect(failure?.message).toContain('exited with 77');
  }),
);
