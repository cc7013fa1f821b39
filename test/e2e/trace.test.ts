import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { TraceDocument } from '../rig/document.js';
import { rigged } from '../rig/rig.js';
import { claudeSays, pair, TEAM } from './configs.js';

describe('the trace of a run', () => {
  it(
    'is one private file a day and id, ignored by git',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const { id } = (await rig.run(['exec', '--json', 'hi'])).json();
      const [day = ''] = readdirSync(`${rig.project}/.llm-router/traces`).filter(
        (name) => !name.startsWith('.'),
      );
      expect(day).toMatch(/^\d{8}$/);
      expect(readdirSync(`${rig.project}/.llm-router/traces/${day}`)).toEqual([`${id}.json`]);
      expect(rig.modeOf(`.llm-router/traces/${day}/${id}.json`)).toBe(0o600);
      expect(rig.read('.llm-router/traces/.gitignore')).toContain('*');
    }),
  );

  it(
    'is the document of exec --json, with what was asked and without the answer',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ stderr: 'boom\n', exit: 2 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const prompt = 'naïve 🙂';
      const document = (
        await rig.run(['exec', '--json', '--session', 's-1', '--source-agent', 'lead', prompt])
      ).json();
      const [trace] = rig.traces();
      expect(trace).toMatchObject({ ...document, text: trace?.text ?? null });
      expect(trace?.text ?? null).toBeNull();
      expect(trace?.request).toMatchObject({
        prompt_sha256: createHash('sha256').update(prompt).digest('hex'),
        prompt_bytes: Buffer.byteLength(prompt),
        source_agent: 'lead',
      });
    }),
  );

  it(
    'is written also without a usable candidate',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      expect((await rig.run(['exec', 'hi'])).code).toBe(69);
      expect(rig.traces()).toMatchObject([
        { status: 'failed', attempts: [], failure: { type: 'tool_not_found' } },
      ]);
    }),
  );

  it(
    'goes where LLM_ROUTER_TRACE_DIR says, and into the state folder outside a project',
    rigged(async (rig) => {
      rig.write('elsewhere/llm-router.yaml', TEAM);
      rig.script('claude', [{ stdout: claudeSays('ok') }, { stdout: claudeSays('ok') }]);
      const args = ['exec', '--config', 'elsewhere/llm-router.yaml', 'hi'];
      expect((await rig.run(args, { env: { LLM_ROUTER_TRACE_DIR: `${rig.home}/t` } })).code).toBe(0);
      expect(rig.traces(`${rig.home}/t`)).toHaveLength(1);
      expect((await rig.run(args)).code).toBe(0);
      expect(rig.traces(`${rig.state}/llm-router/traces`)).toHaveLength(1);
    }),
  );

  it(
    'that cannot be written is a warning, not a failure',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.write('file', 'not a folder');
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const result = await rig.run(['exec', 'hi'], {
        env: { LLM_ROUTER_TRACE_DIR: `${rig.project}/file/traces` },
      });
      expect(result).toMatchObject({ code: 0, stdout: 'ok\n' });
      expect(result.stderr).toContain('trace');
    }),
  );
});

describe('trace', () => {
  it(
    'lists the newest first, up to the given number',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ stdout: 'a' }, { stdout: 'b' }, { exit: 1 }]);
      const ids: string[] = [];
      for (const prompt of ['one', 'two', 'three']) {
        ids.unshift((await rig.run(['exec', '--json', '--no-fallback', prompt])).json().id);
      }
      const all = await rig.run(['trace', '--json']);
      expect((JSON.parse(all.stdout) as TraceDocument[]).map(({ id }) => id)).toEqual(ids);
      const last = await rig.run(['trace', '--last', '1', '--json']);
      expect(JSON.parse(last.stdout)).toMatchObject([
        { id: ids[0], status: 'failed', failure: { type: 'provider_error' } },
      ]);
      const table = await rig.run(['trace', '--last', '1']);
      expect(table.code).toBe(0);
      expect(table.stdout).toContain(ids[0]);
      expect(table.stdout).not.toContain(ids[1]);
      expect(table.stdout).toContain('provider_error');
    }),
  );

  it(
    'shows one by a unique prefix, with every attempt and its reason',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair());
      rig.script('first-cli', [{ exit: 2 }]);
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const { id } = (await rig.run(['exec', '--json', 'hi'])).json();
      const { code, stdout } = await rig.run(['trace', 'show', id.slice(0, 20)]);
      expect(code).toBe(0);
      for (const text of [id, 'first', 'second', 'provider_error', 'fallback'])
        expect(stdout).toContain(text);
      const json = await rig.run(['trace', 'show', id, '--json']);
      expect(JSON.parse(json.stdout)).toMatchObject({
        id,
        attempts: [{ tool: 'first' }, { tool: 'second' }],
      });
    }),
  );

  it(
    'says that no trace has such an id',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const { code, stdout, stderr } = await rig.run(['trace', 'show', '01NOSUCH']);
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain('`01NOSUCH`');
    }),
  );

  it(
    'is empty before the first run',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      expect(await rig.run(['trace', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' });
      expect((await rig.run(['trace'])).code).toBe(0);
    }),
  );

  it(
    'skips a damaged file with a warning',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', [{ stdout: claudeSays('ok') }]);
      const { id } = (await rig.run(['exec', '--json', 'hi'])).json();
      rig.write('.llm-router/traces/20200101/01DAMAGED0000000000000000A.json', '{"half":');
      const { code, stdout, stderr } = await rig.run(['trace', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject([{ id }]);
      expect(stderr).toContain('01DAMAGED0000000000000000A.json');
    }),
  );
});
