import { describe, expect, it } from '@jest/globals';
import type { TraceDocument } from '../rig/document.js';
import { rigged } from '../rig/rig.js';
import { claudeSays, TEAM } from './configs.js';

const STEPS = `
llm-router exec --session demo -a architect -o plan.md "Plan it"
llm-router exec --session demo -a backend-dev -c plan.md -o code.md "Build it"
llm-router exec --session demo -a backend-dev -c plan.md -c code.md -o review.md "Review it"
`;

describe('a shell script of three agents', () => {
  it(
    'makes three files, each in the prompt of the next',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const cursor = rig.script('cursor-agent', [{ stdout: 'THE PLAN' }]);
      const claude = rig.script('claude', [
        { stdout: claudeSays('THE CODE') },
        { stdout: claudeSays('THE REVIEW') },
      ]);
      expect(await rig.shell(STEPS)).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(['plan.md', 'code.md', 'review.md'].map(rig.read)).toEqual([
        'THE PLAN\n',
        'THE CODE\n',
        'THE REVIEW\n',
      ]);
      expect(cursor.calls).toHaveLength(1);
      const [build, review] = claude.calls.map((call) => call.stdin);
      expect(build).toMatch(/^<file path="plan\.md">[\s\S]*THE PLAN[\s\S]*<\/file>\n\nBuild it$/);
      expect(review).toMatch(/plan\.md[\s\S]*THE PLAN[\s\S]*code\.md[\s\S]*THE CODE[\s\S]*\n\nReview it$/);
    }),
  );

  it(
    'is linked by its session',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('cursor-agent', [{ stdout: 'a' }]);
      rig.script('claude', [
        { stdout: claudeSays('b') },
        { stdout: claudeSays('c') },
        { stdout: claudeSays('other') },
      ]);
      await rig.shell(`${STEPS}\nllm-router exec --session another "Something else"`);
      const { code, stdout } = await rig.run(['trace', '--json']);
      expect(code).toBe(0);
      const linked = (JSON.parse(stdout) as TraceDocument[]).filter(({ session }) => session === 'demo');
      expect(linked.map(({ session, agent }) => [session, agent])).toEqual([
        ['demo', 'backend-dev'],
        ['demo', 'backend-dev'],
        ['demo', 'architect'],
      ]);
    }),
  );

  it(
    'stops at the step that fails',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('cursor-agent', [{ stdout: 'THE PLAN' }]);
      rig.script('claude', [{ stderr: 'not logged in', exit: 1 }]);
      expect((await rig.shell(STEPS.replaceAll('exec ', 'exec --retries 0 '))).code).not.toBe(0);
      expect(['plan.md', 'code.md', 'review.md'].map(rig.exists)).toEqual([true, false, false]);
    }),
  );
});
