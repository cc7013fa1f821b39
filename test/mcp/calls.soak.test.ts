import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { solo } from '../e2e/configs.js';
import { rigged } from '../rig/rig.js';
import { withClient } from './clients.js';

describe('an MCP client', () => {
  it(
    'asks an agent and gets its answer as text and as data, once and again',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]').replace('worker: {', 'worker: { description: Works, '));
      rig.write('notes.txt', 'remember\n');
      const bot = rig.fake('bot-cli');
      await withClient(rig, {}, async ({ client, call }) => {
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).toEqual([
          ...['agents', 'ask', 'wait', 'cancel', 'plan', 'usage', 'trace'],
        ]);
        expect((await call('agents')).data.agents).toMatchObject([
          {
            name: 'worker',
            description: 'Works',
            is_default: true,
            ready: true,
            trusted: true,
            access: 'read',
          },
        ]);
        expect(await call('plan', { prompt: 'hi' })).toMatchObject({
          isError: false,
          data: { agent: 'worker', candidates: [{ tool: 'bot', model: 'big' }] },
        });
        const asked = call('ask', { prompt: 'hi', files: ['notes.txt'] });
        const run = await bot.nextCall();
        expect(String(await run.stdin())).toBe('<file path="notes.txt">\nremember\n</file>\n\nhi');
        run.stdout('forty\u0000two');
        run.exit(0);
        const answer = await asked;
        const { id } = answer.data;
        expect(answer).toMatchObject({
          isError: false,
          data: { id, state: 'ended', status: 'succeeded', answer: 'forty\u0000two', failure: null },
        });
        expect(answer.text).toContain('forty\\u0000two');
        const again = await Promise.all([call('wait', { id }), call('wait'), call('cancel', { id })]);
        for (const one of again)
          expect(one).toMatchObject({ isError: false, data: { id, answer: answer.data.answer } });
        expect(again[2].data.was).toBe('ended');
        expect((await call('trace', { id })).data).toMatchObject({ id, attempts: [{ tool: 'bot' }] });
        expect((await call('usage')).data).toMatchObject({ today: { runs: 1 }, budgets: [] });
        const { resources } = await client.listResources();
        expect(resources).toMatchObject([{ name: id }]);
        const { contents } = await client.readResource({ uri: resources[0]?.uri ?? '' });
        expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ id, status: 'succeeded' });
      });
      expect(JSON.parse((await rig.run(['jobs', '--json'])).stdout)).toMatchObject([
        { started_by: 'mcp test-client', state: 'ended' },
      ]);
    }),
  );

  it(
    'is told what is wrong with its call, and nothing runs',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('../secret.txt', 'secret');
      symlinkSync('../secret.txt', path.join(rig.project, 'link.txt'));
      await withClient(rig, { generation: 'stateless' }, async ({ client, call }) => {
        const refused = async (args: Record<string, unknown>) => {
          const { isError, data, text } = await call('ask', args);
          expect({ isError, id: data.id }).toEqual({ isError: true, id: null });
          expect(text).toContain(data.failure.message);
          return data.failure;
        };
        expect(await refused({ prompt: 'x', agent: 'workr' })).toMatchObject({
          type: 'usage',
          hint: expect.stringContaining('did you mean `worker`?'),
        });
        expect(await refused({ prompt: 'x', access: 'full' })).toMatchObject({ type: 'not_allowed' });
        for (const file of ['../secret.txt', 'link.txt', '/etc/hostname', '../nothing'])
          expect(await refused({ prompt: 'x', files: [file] })).toMatchObject({ type: 'not_allowed' });
        expect(await refused({ prompt: 'x', files: ['nothing'] })).toMatchObject({ type: 'input' });
        expect(await refused({ prompt: ' ' })).toMatchObject({ message: '`prompt` is empty' });
        expect(await refused({ prompt: 'x', schema: '{"type":' })).toMatchObject({ type: 'input' });
        expect(await refused({ prompt: 'x', promt: 'y' })).toMatchObject({
          message: 'unknown parameter `promt`',
          hint: expect.stringContaining('did you mean `prompt`?'),
        });
        expect((await call('wait', { id: '01ZZZZ' })).data.failure).toMatchObject({ type: 'usage' });
        expect((await call('asks')).data.failure).toMatchObject({
          hint: expect.stringContaining('did you mean `ask`?'),
        });
        await expect(client.readResource({ uri: 'llm-router://traces/NO' })).rejects.toThrow(
          'there is no trace',
        );
      });
      expect((await rig.run(['jobs', '--json'])).stdout.trim()).toBe('[]');
    }),
  );

  it(
    'gets a handle for long work, which outlives its server, and ends only by a cancel',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'grace: 100ms'));
      const bot = rig.fake('bot-cli');
      const id = await withClient(
        rig,
        { args: ['--wait', '0'], generation: 'stateless' },
        async ({ call }) => {
          const { isError, data, text } = await call('ask', { prompt: 'hi' });
          expect({ isError, data }).toMatchObject({
            isError: false,
            data: { state: 'running', answer: null },
          });
          expect(text).toContain(`call \`wait\` with the id \`${data.id}\``);
          return data.id;
        },
      );
      const run = await bot.nextCall();
      const child = await run.fork();
      await withClient(rig, { env: { LLM_ROUTER_TRUST: '' } }, async ({ call }) => {
        const said: string[] = [];
        const waiting = call(
          'wait',
          { wait_seconds: 0.2 },
          { onprogress: ({ message }) => void said.push(message ?? '') },
        );
        expect((await waiting).data).toMatchObject({ id, state: 'running' });
        expect(said[0]).toContain(`Run ${id} (worker bot big) has been at work for`);
        const untrusted = await call('ask', { prompt: 'x' });
        expect(untrusted.data.failure).toMatchObject({
          type: 'not_allowed',
          hint: expect.stringContaining('ask the user to read it and to run `llm-router config trust`'),
        });
        expect((await call('agents')).data.agents).toMatchObject([{ ready: false, trusted: false }]);
        const cancelled = await call('cancel', { id });
        expect(cancelled).toMatchObject({
          isError: false,
          data: { id, was: 'running', state: 'ended', status: 'cancelled', failure: { type: 'cancelled' } },
        });
        expect(await call('wait', { id })).toMatchObject({
          isError: true,
          data: { failure: { type: 'cancelled' } },
        });
      });
      expect(child).toBeGreaterThan(0);
      await run.gone;
    }),
  );
});
