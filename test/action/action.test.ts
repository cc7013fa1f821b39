import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CONFIG_FILE } from '../../src/config-files/find.js';
import { claudeSays, TEAM } from '../e2e/configs.js';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';
import { ACTION, executable, runAction } from './steps.js';

function withUsage(text: string): string {
  const usage = { inputTokens: 12, outputTokens: 34, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };
  const more = { total_cost_usd: 0.25, modelUsage: { sonnet: usage } };
  return claudeSays(text).replace('{', `${JSON.stringify(more).slice(0, -1)},`);
}

describe('the action for GitHub', () => {
  it('reads inputs by environment variables only, so that none becomes a part of a script', () => {
    for (const { run } of ACTION.runs.steps) expect(run).not.toContain('${{');
  });

  it('uses each of its inputs', () => {
    const text = JSON.stringify(ACTION.runs.steps);
    for (const name of Object.keys(ACTION.inputs)) expect(text).toContain(`\${{ inputs.${name} }}`);
  });

  it(
    'runs a request and hands out its answer, cost and trace',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        TEAM.replace('    binary: claude\n', '    binary: claude\n    billing: api\n'),
      );
      rig.write('diff.txt', 'the diff');
      const answer = 'Two problems:\n```\n::error::no\n```\n';
      const claude = rig.script('claude', [
        { stdout: withUsage(answer), stderr: '::error::from the tool\n' },
      ]);
      const run = await runAction(rig, {
        executable: executable(rig),
        context: 'diff.txt\n',
        prompt: 'Review "this" $(exit 1)',
        arguments: '--tag\nci=yes',
      });
      expect(run).toMatchObject({
        code: 0,
        outputs: { text: answer, status: 'succeeded', failure: '', tool: 'claude-code', model: 'sonnet' },
      });
      expect(claude.calls[0]?.stdin).toContain('Review "this" $(exit 1)');
      expect(claude.calls[0]?.stdin).toContain('the diff');
      const { trace, cost_usd, tokens } = run.outputs;
      const [document] = rig.traces();
      expect([trace, cost_usd, tokens]).toEqual([document?.id, '0.25', '46']);
      expect(readFileSync(run.outputs['text-file'] ?? '', 'utf8')).toBe(answer);
      expect(run.summary).toContain('### llm-router: succeeded');
      expect(run.summary).toContain('````text\nTwo problems:');
      expect(run.summary).toContain('What happened');
    }),
  );

  itInSoak(
    'annotates the lines of a wrong config',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM.replace('preferred_tool: cursor', 'preferred_tool: curser'));
      const given = { executable: executable(rig), command: 'validate' };
      const wrong = await runAction(rig, given);
      expect(wrong).toMatchObject({ code: 1, outputs: { status: 'failed' } });
      expect(wrong.stdout).toMatch(/^::error file=llm-router\.yaml,line=5,/m);
      rig.write('llm-router.yaml', TEAM);
      expect(await runAction(rig, given)).toMatchObject({ code: 0, outputs: { status: 'succeeded' } });
    }),
  );
});

describe('the hook for pre-commit', () => {
  const [hook] = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as [{ entry: string; files: string }];

  it('runs on config files only', () => {
    const files = new RegExp(hook.files);
    for (const file of [CONFIG_FILE, `a/${CONFIG_FILE}`, 'llm-router.yml', '.llm-router/agents.yaml'])
      expect([file, files.test(file)]).toEqual([file, true]);
    for (const file of ['my-llm-router.yaml', '.llm-router/traces/a/b.yaml', 'llm-router.yaml.md'])
      expect([file, files.test(file)]).toEqual([file, false]);
  });
});
