import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';
import { solo } from './configs.js';
import { ANSWER, installCaller, NESTED } from './nested-caller.js';

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

describe('a call inside a call', () => {
  it(
    'points to its parent, has the same trace id, and is stored beside it (AT-9)',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', NESTED);
      installCaller(rig, '-a inner hi');
      await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
      const bot = rig.script('answer-cli', [ANSWER]);
      const outer = await rig.run(['exec', '--json', 'go']);
      expect(outer).toMatchObject({ code: 0 });
      const { id, trace_id, text } = outer.json();
      expect(text).toBe('inside\n');
      const [child, parent] = rig.traces();
      expect(parent).toMatchObject({ id, depth: 0, parent_id: null });
      expect(child).toMatchObject({ parent_id: id, root_id: id, trace_id, depth: 1, agent: 'inner' });
      expect(bot.calls[0]?.env.TRACEPARENT).toContain(trace_id);
      expect(bot.calls[0]?.env.LLM_ROUTER_TRACE_DIR).toBe(path.join(rig.project, '.llm-router/traces'));

      const tree = await rig.run(['trace', 'show', child?.id ?? '', '--tree']);
      const rows = tree.stdout.split('\n');
      expect(rows[1]).toMatch(new RegExp(`^${id} .* \\$0\\.0000 +\\$0\\.0020$`));
      expect(rows[2]).toMatch(new RegExp(`^└─ ${child?.id} \\* .* \\$0\\.0020$`));
      expect(tree.stdout).toContain('2 invocations, 2 succeeded, $0.0020, 1,500 tokens');
      expect((await rig.run(['trace', 'show', id])).stdout).toMatch(
        new RegExp(`^ {2}${child?.id} +inner +succeeded +\\$0\\.0020$`, 'm'),
      );
      expect((await rig.run(['trace', 'show', child?.id ?? ''])).stdout).toContain(`  called by  ${id}\n`);
      const nested = JSON.parse((await rig.run(['trace', 'show', id, '--tree', '--json'])).stdout);
      expect(nested).toMatchObject({
        roots: [
          {
            trace: { id },
            total: { usd: 0.002, cost_known: true },
            children: [{ trace: { parent_id: id } }],
          },
        ],
        total: { invocations: 2, usd: 0.002 },
      });
      const lines = (await rig.run(['trace', 'show', id, '--tree', '--ndjson'])).stdout.trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).id)).toEqual([id, child?.id]);
    }),
  );

  itInSoak(
    'points to the nearest run, also where each tool becomes the next router',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', NESTED);
      installCaller(rig, '-a $([ "$LLM_ROUTER_DEPTH" = 1 ] && echo outer || echo inner) hi');
      await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
      rig.script('answer-cli', [ANSWER]);
      const { id } = (await rig.run(['exec', '--json', 'go'])).json();
      const [last, middle] = rig.traces();
      expect([last, middle]).toMatchObject([{ parent_id: middle?.id, depth: 2 }, { parent_id: id }]);
    }),
  );

  it(
    'is known by its processes where the tool hands none of its variables on, as MCP clients do',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', NESTED);
      installCaller(
        rig,
        '-a inner hi',
        'unset TRACEPARENT LLM_ROUTER_PARENT_ID LLM_ROUTER_ROOT_ID LLM_ROUTER_DEPTH\n',
      );
      await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
      rig.script('answer-cli', [ANSWER]);
      const { id, trace_id } = (await rig.run(['exec', '--json', 'go'])).json();
      const [child] = rig.traces();
      expect(child).toMatchObject({ parent_id: id, root_id: id, trace_id, depth: 1 });
    }),
  );
});

describe('TRACEPARENT', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  it(
    'of the caller names the trace, and is passed on',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.script('bot-cli', [{ stdout: 'ok' }]);
      const env = { TRACEPARENT: `00-${traceId}-00f067aa0ba902b7-01` };
      expect((await rig.run(['exec', '--json', 'hi'], { env })).json()).toMatchObject({
        trace_id: traceId,
        parent_id: null,
      });
      expect(bot.calls[0]?.env.TRACEPARENT).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
      expect(bot.calls[0]?.env.TRACEPARENT).not.toContain('00f067aa0ba902b7');
    }),
  );

  it(
    'that is malformed is ignored',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'ok' }]);
      const env = { TRACEPARENT: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` };
      const { trace_id } = (await rig.run(['exec', '--json', 'hi'], { env })).json();
      expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(trace_id).not.toMatch(/^0+$/);
    }),
  );
});

describe('three runs of a shell script (AT-8)', () => {
  it(
    'write three files, each from the one before, in one session',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('task.md', 'build a shed');
      const bot = rig.script('bot-cli', [
        { stdout: 'a plan' },
        { stdout: 'the code' },
        { stdout: 'a review' },
      ]);
      const run = 'llm-router exec --session shed';
      const script = [
        `${run} -f task.md -o plan.md "Plan it"`,
        `${run} -c plan.md -o code.md "Write it"`,
        `${run} -c plan.md -c code.md -o review.md "Review it"`,
      ].join('\n');
      expect(await rig.shell(script)).toMatchObject({ code: 0, stdout: '' });
      expect(['plan.md', 'code.md', 'review.md'].map(rig.read)).toEqual([
        'a plan\n',
        'the code\n',
        'a review\n',
      ]);
      expect(bot.calls[1]?.stdin).toContain('a plan');
      expect(bot.calls[2]?.stdin).toMatch(/a plan[\s\S]*the code[\s\S]*Review it$/);
      const listed = JSON.parse((await rig.run(['trace', '--session', 'shed', '--json'])).stdout);
      expect(listed).toHaveLength(3);
      const tree = await rig.run(['trace', 'show', listed[1].id, '--tree']);
      expect(tree.stdout).toContain('3 invocations, 3 succeeded');
      const ids = tree.stdout.split('\n').map((line) => line.split(' ')[0]);
      expect(ids.filter((id) => ID.test(id ?? ''))).toEqual(
        listed.map(({ id }: { id: string }) => id).reverse(),
      );
    }),
  );
});
