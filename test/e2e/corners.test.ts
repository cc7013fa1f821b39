import { execFileSync } from 'node:child_process';
import { lstatSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IS_STANDALONE } from '../rig/machine.js';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

const CAT = `version: 1
default_agent: me
agents: { me: { preferred_tool: cat, system: be brief } }
tools:
  cat: { binary: /bin/cat, args: [], models: [] }
  other: { binary: /bin/cat, args: ["-"], models: [m1] }
`;

describe('the answer', () => {
  itInSoak(
    'replaces a link, and leaves what it leads to',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      const target = rig.write('target.txt', 'old');
      const link = path.join(rig.project, 'link');
      symlinkSync(target, link);
      expect(await rig.run(['exec', '-s', '', '-o', 'link', 'hi'])).toMatchObject({ code: 0, stdout: '' });
      expect(lstatSync(link).isFile()).toBe(true);
      expect([rig.read('link'), rig.read('target.txt')]).toEqual(['hi\n', 'old']);
      expect((await rig.run(['exec', '-o', '', 'hi'])).code).toBe(64);
    }),
  );

  it(
    'that cannot be written to stdout is a failure',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      const { code, stderr } = await rig.shell('llm-router exec --no-stdin hi > /dev/full');
      expect(code).toBe(1);
      expect(stderr).toContain('error: cannot write to stdout');
    }),
  );

  it(
    'is printed although the trace cannot be written',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      const result = await rig.run(['exec', 'hi'], { env: { LLM_ROUTER_TRACE_DIR: '/proc/nope/traces' } });
      expect(result).toMatchObject({ code: 0, stdout: 'be brief\n\nhi\n' });
      expect(result.stderr).toContain('the trace could not be written');
    }),
  );
});

describe('names and limits', () => {
  it(
    'an empty system prompt removes the agent’s',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      expect(await rig.run(['exec', '-s', '', 'hi'])).toMatchObject({ code: 0, stdout: 'hi\n' });
    }),
  );

  it(
    'a model of another tool is rejected, not unknown',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      const { code, stderr } = await rig.run(['exec', '--tool', 'cat', '--model', 'm1', 'hi']);
      expect(code).toBe(69);
      expect(stderr).toContain('`cat` does not offer `m1`');
    }),
  );

  it(
    'a call nested too deep is refused',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CAT);
      const id = '01M7Y0CCSSS8YZCQ3MWPR0P9MF';
      const nested = (depth: number) =>
        rig.run(['exec', 'hi'], { env: { LLM_ROUTER_PARENT_ID: id, LLM_ROUTER_DEPTH: String(depth) } });
      expect((await nested(4)).code).toBe(0);
      expect((await nested(5)).code).toBe(77);
    }),
  );

  it(
    'a hint suggests the name of a command, not the value of an option',
    rigged(async (rig) => {
      const { code, stderr } = await rig.run(['--color', 'sometimes', 'version']);
      expect(code).toBe(64);
      expect(stderr).toContain('see `llm-router version --help`');
    }),
  );
});

describe('config validate --fix', () => {
  it(
    'never guesses an access level, and never creates a duplicate key',
    rigged(async (rig) => {
      const text =
        'version: 1\nagents:\n  me: { prefered_tool: mock, preferred_tol: x }\n  you: { access: ful }\n';
      rig.write('llm-router.yaml', text);
      expect((await rig.run(['config', 'validate', '--fix'])).code).toBe(1);
      expect(rig.read('llm-router.yaml')).toBe(text);
    }),
  );
});

// The executable ends at once: bun does not wait for such a pipe.
(IS_STANDALONE ? it.skip : it)(
  'a saved output that is a pipe without a writer is waited for until a signal comes',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', CAT);
    const pipe = path.join(rig.project, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const running = rig.start(['tool', 'test', 'cat', '--stdout', 'pipe']);
    // Opened once the program reads, and closed with nothing written.
    await (await open(pipe, 'w')).close();
    running.kill('SIGTERM');
    const { code, stderr } = await running.done;
    expect([code, stderr]).toEqual([143, 'error: cancelled by SIGTERM [cancelled]\n']);
  }),
);
