import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { TEAM } from './configs.js';

describe('a name that does not exist', () => {
  it.each([
    { args: ['-a', 'architekt'], near: 'architect', list: ['architect', 'backend-dev'] },
    { args: ['--tool', 'curser'], near: 'cursor', list: ['cursor', 'claude-code', 'gemini'] },
    { args: ['--model', 'sonet'], near: 'sonnet', list: ['sonnet', 'opus'] },
  ])('in $args is a usage error with a suggestion and the list', async ({ args, near, list }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      for (const name of ['claude', 'cursor-agent', 'gemini']) rig.script(name, []);
      const { code, stdout, stderr } = await rig.run(['exec', ...args, 'hi']);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(`\`${args[1]}\``);
      expect(stderr).toContain(`did you mean \`${near}\`?`);
      for (const name of list) expect(stderr).toContain(name);
    })();
  });

  it(
    'prints a document with --json, and the message on standard error too',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const result = await rig.run(['exec', '--json', '-a', 'architekt', 'hi']);
      expect(result.code).toBe(64);
      expect(result.stderr).toContain('error: unknown agent `architekt` [usage]\nhint: did you mean');
      expect(result.json()).toMatchObject({
        status: 'failed',
        failure: {
          type: 'usage',
          message: expect.stringContaining('`architekt`'),
          hint: expect.stringContaining('`architect`'),
        },
        attempts: [],
      });
    }),
  );
});

describe('no prompt', () => {
  it.each([
    { what: 'nothing at all', args: ['exec'], options: {} },
    { what: 'an empty argument', args: ['exec', ''], options: {} },
    { what: 'white space', args: ['exec', ' \n\t'], options: {} },
    { what: 'none for a race', args: ['race', '--candidates', 'claude-code,cursor'], options: {} },
    { what: 'an empty pipe', args: ['exec'], options: { stdin: '' } },
  ])('is a usage error that lists the ways to give one: $what', async ({ args, options }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', []);
      const { code, stdout, stderr } = await rig.run(args, options);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      for (const way of ['argument', '-f', 'stdin']) expect(stderr).toContain(way);
      expect(stderr).not.toContain('llm-router exec');
    })();
  });
});

describe('a file that cannot be read', () => {
  it.each(['-f', '-c', '--system-file'])('is named: %s', async (flag) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', []);
      const { code, stderr } = await rig.run(['exec', flag, 'missing.md', 'hi']);
      expect(code).toBe(66);
      expect(stderr).toContain('missing.md');
      const document = (await rig.run(['exec', '--json', flag, 'missing.md', 'hi'])).json();
      expect(document.failure?.type).toBe('input');
    })();
  });

  it(
    'is named also when it is a folder',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const { code, stderr } = await rig.run(['exec', '-f', '.', 'hi']);
      expect(code).toBe(66);
      expect(stderr).toContain('`.`');
    }),
  );
});

describe('a flag that is wrong', () => {
  it.each([
    { args: ['exec', '--timeout', 'soon', 'hi'], names: 'soon' },
    { args: ['exec', '--complexity', 'extreme', 'hi'], names: 'extreme' },
    { args: ['exec', '--format', 'xml', 'hi'], names: 'xml' },
    { args: ['exec', '--agnet', 'x', 'hi'], names: '--agnet' },
    { args: ['exce', 'hi'], names: 'exce' },
  ])('is a usage error: $args', async ({ args, names }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const { code, stdout, stderr } = await rig.run(args);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain(names);
    })();
  });

  it(
    'that is nearly right gets a suggestion',
    rigged(async (rig) => {
      expect((await rig.run(['exec', '--agnet', 'x', 'hi'])).stderr).toContain('--agent');
    }),
  );
});

describe('a pipe that stays silent', () => {
  it(
    'is not read for longer than --timeout',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', []);
      const { code } = await rig.run(['exec', '--timeout', '300ms', 'hi'], { openStdin: true });
      expect(code).toBe(124);
    }),
  );
});

describe('a named config that does not exist', () => {
  it(
    'is an error also after a run without a config',
    rigged(async (rig) => {
      const exec = ['exec', '--tool', 'mock', '--no-stdin', 'hi'];
      expect((await rig.run(exec)).code).toBe(0);
      const { code, stdout, stderr } = await rig.run([...exec, '--config', 'missing.yaml']);
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toContain('`missing.yaml` does not exist');
    }),
  );
});

describe('a working directory that does not exist', () => {
  it(
    'is named, and not reported as a missing binary',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', []);
      const { code, stderr } = await rig.run(['exec', '--cwd', 'nowhere', 'hi']);
      expect([64, 66]).toContain(code);
      expect(stderr).toContain('nowhere');
    }),
  );
});
