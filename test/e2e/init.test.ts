import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

it(
  'config init writes a valid config for the installed tools, which runs',
  rigged(async (rig) => {
    rig.script('ollama', [{ stdout: 'hi' }]);
    const init = await rig.run(['config', 'init']);
    expect(init).toMatchObject({ code: 0, stdout: '' });
    expect(init.stderr).toContain('wrote llm-router.yaml (found ollama)');
    expect(await rig.run(['config', 'validate'])).toMatchObject({ code: 0 });
    const untrusted = { env: { LLM_ROUTER_TRUST: undefined } };
    expect(await rig.run(['exec', 'hello'], untrusted)).toMatchObject({ code: 0, stdout: 'hi\n' });
  }),
);

it(
  'config init never overwrites without --force, and takes a template',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', 'version: 1\n');
    const refused = await rig.run(['config', 'init']);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--force');
    expect(rig.read('llm-router.yaml')).toBe('version: 1\n');
    expect((await rig.run(['config', 'init', '--force', '--template', 'quick-start'])).code).toBe(0);
    expect(rig.read('llm-router.yaml')).toContain('preferred_tool: mock');
    const unknown = await rig.run(['config', 'init', '--force', '--template', 'quik-start']);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain('did you mean `quick-start`?');
  }),
);

it(
  'config init writes the schema beside the config, for editors',
  rigged(async (rig) => {
    await rig.run(['config', 'init', '--template', 'local']);
    expect(rig.read('llm-router.yaml').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./llm-router.schema.json',
    );
    expect(rig.read('llm-router.schema.json')).toBe((await rig.run(['config', 'schema'])).stdout);
  }),
);

it(
  'config init writes nothing beside a folder of configs',
  rigged(async (rig) => {
    rig.write('.llm-router/agents.yaml', 'version: 1\n');
    const refused = await rig.run(['config', 'init', '--force']);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('.llm-router/*.yaml');
    expect(rig.exists('llm-router.yaml')).toBe(false);
  }),
);
