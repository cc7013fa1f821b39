import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

/** An agent whose tool calls the router again, in another folder and project. */
const NESTED = `version: 1
default_agent: outer
agents:
  outer: { preferred_tool: caller }
  inner: { preferred_tool: answerer, preferred_model: big }
tools:
  caller: { binary: caller-cli, args: [], billing: free, output: { format: text } }
  answerer:
    binary: answer-cli
    args: []
    models: [big]
    billing: api
    output: { format: json, text: /a, usage: { input_tokens: /i, output_tokens: /o } }
models:
  big: { id: big-1, cost_per_1m_tokens: { input: 1, output: 2 } }
`;

/** Installs the tool that calls the router from its own folder, with these arguments after `exec`. */
function installCaller(rig: Rig, words: string, before = 'exec'): void {
  const elsewhere = path.join(rig.home, 'elsewhere');
  const script = `#!/bin/sh\ncd "${elsewhere}"\n${before} llm-router --config llm-router.yaml exec --no-stdin ${words}\n`;
  rig.write(path.join(elsewhere, 'llm-router.yaml'), NESTED);
  rig.write(path.join(rig.bin, 'caller-cli'), script);
}

const ANSWER = { stdout: '{"a":"inside","i":1000,"o":500}' };

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
