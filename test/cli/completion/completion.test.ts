import { describe, expect, it } from '@jest/globals';
import { TEAM } from '../../e2e/configs.js';
import { type Rig, rigged } from '../../rig/rig.js';

async function offered(rig: Rig, line: string): Promise<string[]> {
  const words = line.split(' ');
  const { code, stdout, stderr } = await rig.run(['complete', 'fish', '--', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [kind = '', ...choices] = stdout.trimEnd().split('\n');
  return kind === 'choices' ? choices.map((choice) => choice.split('\t')[0] ?? '') : [kind];
}

/** The words before the cursor, and what is offered. */
const LINES = [
  { line: 'exec -a ', is: ['architect', 'backend-dev'] },
  { line: 'exec -q -a b', is: ['backend-dev'] },
  { line: 'exec --agent=b', is: ['--agent=backend-dev'] },
  { line: 'exec --tool cur', is: ['cursor'] },
  { line: 'exec -m op', is: ['opus', 'openrouter/auto'] },
  { line: 'exec --access ', is: ['none', 'read', 'edit', 'full'] },
  { line: 'exec --effort=h', is: ['--effort=high'] },
  { line: 'exec --output ', is: ['files'] },
  { line: 'exec --cwd ', is: ['folders'] },
  { line: 'exec --timeout ', is: [] },
  { line: 'exec --patie', is: ['--patience'] },
  { line: 'exec -a architect exec', is: [] },
  { line: 'exec -- --agent ', is: [] },
  { line: 'race --candidates curs', is: ['cursor', 'cursor:gpt-5'] },
  { line: 'race --candidates claude-code,cursor:', is: ['claude-code,cursor:gpt-5'] },
  { line: 'race --candidates=cursor,claude-code:o', is: ['--candidates=cursor,claude-code:opus'] },
  { line: 'trace sh', is: ['show'] },
  { line: 'trace show l', is: ['last'] },
  { line: 'jobs cancel l', is: ['last'] },
  { line: 'tool test cursor ', is: [] },
  { line: 'tool test curs', is: ['cursor'] },
  { line: 'config validate ', is: ['files'] },
  { line: 'config validate a b ', is: ['files'] },
  { line: 'template q', is: ['quick-start'] },
  { line: 'help exit', is: ['exit-codes'] },
  { line: 'mcp install claude', is: ['claude-code'] },
  { line: 'completion ', is: ['bash', 'zsh', 'fish'] },
  { line: 'complet', is: ['completion'] },
  { line: 'nope ', is: [] },
];

describe('what may stand at the cursor', () => {
  it(
    'depends on the words before it',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      for (const { line, is } of LINES) expect([line, await offered(rig, line)]).toEqual([line, is]);
    }),
  );

  it(
    'are names of the config that the line names, and of runs',
    rigged(async (rig) => {
      rig.write('other.yaml', TEAM.replaceAll('architect', 'only-there'));
      rig.write('llm-router.yaml', TEAM);
      expect(await offered(rig, 'exec --config other.yaml -a o')).toEqual(['only-there']);
      rig.script('claude', [{ stdout: 'broken', exit: 1 }]);
      await rig.run(['exec', '--no-fallback', '--retries', '0', 'hi']);
      expect(await offered(rig, 'trace show ')).toEqual(['last', rig.traces()[0]?.id]);
    }),
  );

  it.each([
    { what: 'a config with errors', text: 'agents: 1' },
    {
      what: 'names that a shell would read in another way',
      text: 'version: 1\nagents: { "$(exit)": {}, "a b": {} }',
    },
  ])('is nothing for $what', async ({ text }) => {
    await rigged(async (rig) => {
      rig.write('llm-router.yaml', text);
      expect(await offered(rig, 'exec -a ')).toEqual([]);
    })();
  });
});
