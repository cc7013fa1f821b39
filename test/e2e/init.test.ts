import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

it(
  'config init writes a valid config for the installed tools, which runs',
  rigged(async (rig) => {
    rig.script('ollama', [{ stdout: 'ollama version is 0.12.0' }, { stdout: 'hi' }]);
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
  'config init keeps its schema in the folder of the user and names it for editors',
  rigged(async (rig) => {
    await rig.run(['init', '--template', 'local']);
    expect(rig.exists('llm-router.schema.json')).toBe(false);
    const [line = ''] = rig.read('llm-router.yaml').split('\n');
    const schema = fileURLToPath(line.replace('# yaml-language-server: $schema=', ''));
    expect(readFileSync(schema, 'utf8')).toBe((await rig.run(['config', 'schema'])).stdout);
  }),
);

it(
  'init puts every ready tool into the chain, with a soft budget, and writes where it is asked to',
  rigged(async (rig) => {
    rig.script('ollama', [{ stdout: 'ollama version is 0.12.0' }, { stdout: 'ollama version is 0.12.0' }]);
    const env = { ANTHROPIC_API_KEY: 'dummy-key', OPENAI_API_KEY: 'dummy-key' };
    const named = await rig.run(['init', '-o', 'conf.yaml'], { env });
    expect(named).toMatchObject({ code: 0 });
    expect(named.stderr).toContain('llm-router exec --config conf.yaml hello');
    expect(rig.read('conf.yaml')).toContain('preferred_tool: ollama\n');
    expect(rig.read('conf.yaml')).toContain('fallback_chain: [anthropic, openai]\n');
    expect(rig.read('conf.yaml')).toContain('budget: { daily_usd: 10 }');
    expect(await rig.run(['config', 'validate', 'conf.yaml', '--strict'], { env })).toMatchObject({
      code: 0,
    });
    expect((await rig.run(['config', 'init', '--user'])).code).toBe(0);
    expect(rig.exists('llm-router.yaml')).toBe(false);
    expect((await rig.run(['config', 'path'])).stdout).toContain('llm-router/llm-router.yaml');
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

it(
  'init trusts the config of the project also where its path is given, and takes only the path of a file',
  rigged(async (rig) => {
    const untrusted = { env: { LLM_ROUTER_TRUST: undefined } };
    const init = await rig.run(['init', '-o', './llm-router.yaml'], untrusted);
    expect([init.code, init.stderr]).toEqual([0, expect.stringContaining('next: llm-router exec hello')]);
    expect((await rig.run(['exec', '--no-stdin', 'hello'], untrusted)).code).toBe(0);
    expect((await rig.run(['init', '-o', ''])).code).toBe(64);
    expect((await rig.run(['init', '-o', '-'])).code).toBe(64);
    expect(await rig.run(['init', '-o', 'conf/'])).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('cannot write `conf/` (--output): it names a folder'),
    });
    expect(rig.exists('conf')).toBe(false);
  }),
);
