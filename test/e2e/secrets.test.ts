import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Rig } from '../rig/rig.js';
import { rigged } from '../rig/rig.js';
import { pair, solo } from './configs.js';

const SECRET = 'canary-9f8e7d6c5b4a';
const WITH_KEY = `env_vars: { BOT_KEY: "\${BOT_SECRET}" }`;
const env = { BOT_SECRET: SECRET };

/** All bytes that are left on disk. */
function everythingWritten(rig: Rig): string {
  return [rig.project, rig.home, path.dirname(rig.state)]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
    )
    .filter((file) => statSync(file).isFile() && !file.endsWith('node'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('a secret from the environment', () => {
  it.each([
    { as: 'text', args: [] },
    { as: 'verbose text', args: ['--verbose'] },
    { as: 'json', args: ['--json'] },
    { as: 'an explained plan', args: ['--explain'] },
  ])('reaches only the tool, also when that prints it and fails: $as', async ({ args }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', WITH_KEY));
      const bot = rig.script('bot-cli', [
        { stderr: `bad key ${SECRET}!\n`, stdout: `key=${SECRET}`, exit: 1 },
      ]);
      const { code, stdout, stderr } = await rig.run(['exec', ...args, 'hi'], { env });
      expect(code).toBe(1);
      expect(bot.calls[0]?.env.BOT_KEY).toBe(SECRET);
      expect(stdout + stderr).not.toContain(SECRET);
      expect(everythingWritten(rig)).not.toContain(SECRET);
      expect(rig.traces()[0]?.failure?.stderr_tail).toContain('bad key');
    })();
  });

  it(
    'stays out of the trace when a second tool answers',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair({ first: `output: { format: text }\n    ${WITH_KEY}` }));
      rig.script('first-cli', [{ stderr: `401 for ${SECRET}`, exit: 1 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const { stdout, stderr } = await rig.run(['exec', '--verbose', 'hi'], { env });
      expect(stdout).toBe('fine\n');
      expect(stderr).not.toContain(SECRET);
      expect(everythingWritten(rig)).not.toContain(SECRET);
    }),
  );

  it(
    'is not masked in the answer itself, which is the tool’s',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', WITH_KEY));
      rig.script('bot-cli', [{ stdout: `you said ${SECRET}` }]);
      const { stdout } = await rig.run(['exec', 'hi'], { env });
      expect(stdout).toBe(`you said ${SECRET}\n`);
      expect(everythingWritten(rig)).not.toContain(SECRET);
    }),
  );

  it(
    'that is not set is named before anything runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', WITH_KEY));
      rig.script('bot-cli', []);
      const { code, stderr } = await rig.run(['exec', 'hi']);
      expect(code).not.toBe(0);
      expect(stderr).toContain('BOT_SECRET');
    }),
  );
});

describe('a secret of the environment that no config names', () => {
  it.each([
    ['OTHER_SERVICE_TOKEN', 'plainwordsasakey', '[redacted]'],
    ['OTHER_SERVICE_TOKEN_FILE', 'plainwordsasakey', 'plainwordsasakey'],
    ['OTHER_PASSWORD', 'postgres', 'postgres'],
    ['OTHER_KEY', '/home/me/key.pem', '/home/me/key.pem'],
  ])('in %s is masked by the name of its variable', async (name, value, shown) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stderr: `refused ${value}\n`, exit: 1 }]);
      const { stderr } = await rig.run(['exec', '--retries', '0', 'hi'], { env: { [name]: value } });
      expect(stderr).toContain(`refused ${shown}`);
      expect(rig.traces()[0]?.failure?.stderr_tail).toBe(`refused ${shown}`);
    })();
  });
});

describe('a token that the caller gives', () => {
  const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');

  it(
    'as session, tag, trace id, agent or justification is in no record',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'fine' }]);
      const given = ['--session', token, '--tag', `k=${token}`, '--tag', `${token}=v`, '--trace-id', token];
      const why = ['--source-agent', token, '--justification', `because ${token}`];
      const { code, stderr } = await rig.run(['exec', '-v', ...given, ...why, 'hi']);
      expect(code).toBe(0);
      expect(stderr).not.toContain(token);
      expect(everythingWritten(rig)).not.toContain(token);
      const { stdout } = await rig.run(['stats', '--by', 'session', '--json']);
      expect(stdout).toContain('[redacted]');
      expect(everythingWritten(rig)).not.toContain(token);
    }),
  );
});

describe('prompt and answer', () => {
  it.each(['a tool', 'a policy that keeps prompts'])(
    'repeated by %s in an error are kept only with log_prompts',
    (who) =>
      rigged(async (rig) => {
        const isKept = who !== 'a tool';
        const policies = `policies: { default: { privacy: { log_prompts: ${isKept} } } }\n`;
        rig.write('llm-router.yaml', solo('[go]') + policies);
        rig.script('bot-cli', [{ stderr: 'cannot do "the \\"private\\"\\nquestion of today"\n', exit: 1 }]);
        const { stderr } = await rig.run([
          ...[
            'exec',
            '--log-format',
            'json',
            '--retries',
            '0',
            'first the "private"\nquestion of today, then more',
          ],
        ]);
        expect(/question of today/.test(stderr)).toBe(isKept);
        expect(/question of today/.test(everythingWritten(rig))).toBe(isKept);
        expect(stderr).toContain('cannot do');
      })(),
  );

  it(
    'are not stored',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'the private answer' }]);
      await rig.run(['exec', 'the private question']);
      expect(everythingWritten(rig)).not.toContain('the private');
    }),
  );

  it(
    'are stored with log_prompts',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `${solo('[go]')}policies: { default: { privacy: { log_prompts: true } } }\n`,
      );
      rig.script('bot-cli', [{ stdout: 'the private answer' }]);
      await rig.run(['exec', 'the private question']);
      const written = JSON.stringify(rig.traces());
      expect(written).toContain('the private question');
      expect(written).toContain('the private answer');
    }),
  );

  it.each([true, false])(
    'of a failed attempt are in the document, and stored with log_prompts: %s',
    (logPrompts) =>
      rigged(async (rig) => {
        const policies = `policies: { default: { privacy: { log_prompts: ${logPrompts} } } }\n`;
        rig.write('llm-router.yaml', solo('[go]') + policies);
        rig.script('bot-cli', [{ stdout: 'half an answer', exit: 1 }]);
        const { stdout } = await rig.run(['exec', '--json', '--retries', '0', 'the private question']);
        expect(JSON.parse(stdout).attempts[0]).toMatchObject({ partial_text: 'half an answer' });
        const kept = logPrompts ? 'half an answer' : null;
        expect(rig.traces()[0]?.attempts).toMatchObject([{ status: 'failed', partial_text: kept }]);
      })(),
  );

  it(
    'are masked where the config says so',
    rigged(async (rig) => {
      const policies = `policies: { default: { privacy: { log_prompts: true, redact: ['ACME-[0-9]+'] } } }\n`;
      rig.write('llm-router.yaml', solo('[go]') + policies);
      rig.script('bot-cli', [{ stderr: 'no ACME-4711 here', exit: 1 }]);
      const { stderr } = await rig.run(['exec', '--verbose', 'about ACME-4711'], {});
      expect(stderr).not.toContain('ACME-4711');
      expect(everythingWritten(rig)).not.toContain('ACME-4711');
    }),
  );
});
