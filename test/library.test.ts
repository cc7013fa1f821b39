import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, createRouter, loadConfig, RequestError } from '../src/index.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-library-'));
  writeFileSync(
    path.join(folder, 'good.yaml'),
    'version: 1\nagents: { me: { preferred_tool: canned } }\ntools: { canned: { kind: mock, responses: [{ text: hello }] } }\n',
  );
  writeFileSync(path.join(folder, 'bad.yaml'), 'version: 1\nagents: { me: { preferred_tool: cannned } }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (name: string) => ({
  path: path.join(folder, name),
  cwd: folder,
  env: { XDG_CONFIG_HOME: folder },
});

describe('the library', () => {
  it('loads a config, plans and completes', async () => {
    const router = createRouter(await loadConfig(options('good.yaml')));
    expect((await router.plan({ agent: 'me', prompt: 'hi' })).candidates).toMatchObject([{ tool: 'canned' }]);
    const seen: string[] = [];
    const invocation = await router.complete(
      { agent: 'me', prompt: 'hi' },
      { onEvent: ({ type }) => void seen.push(type) },
    );
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'hello' });
    expect(seen.at(-1)).toBe('invocation.finished');
  });

  it('rejects a config with all its findings', async () => {
    const error = await loadConfig(options('bad.yaml')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ diagnostics: [{ code: 'config/unknown-tool' }] });
  });

  it('rejects a request that cannot be planned', async () => {
    const router = createRouter(await loadConfig(options('good.yaml')));
    const error = await router.plan({ agent: 'you', prompt: 'hi' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ failure: { type: 'usage' } });
  });
});
