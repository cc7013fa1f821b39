import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { race, raceTree } from '../e2e/race-tree.js';
import { type Collector, type SeenSpan, startCollector } from '../rig/collector.js';
import { rigged } from '../rig/rig.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
/** Prints the span that it runs in, and passes the right change only. */
const VERIFY = 'echo "$TRACEPARENT"; read -r said < answer; [ "$said" = right ]';

/** Writes the file, and answers. */
const WRITES = (text: string) => `echo ${text} > answer; echo '{"text":"done","cost":0.25}'`;

interface Raced {
  id: string;
  cost: { usd: number };
  race: { winner_id: string | null; candidates: { id: string; tool: string }[] };
}

describe('the spans of a race', () => {
  let seen: Collector;
  beforeEach(async () => {
    seen = await startCollector();
  });
  afterEach(() => seen.close());

  const priced = {
    agent: ', preferred_model: m',
    tool: ', billing: api, models: [m], output: { format: ndjson, text: /text, cost_usd: /cost }',
  };
  const more = () =>
    `models: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }\ntelemetry: { otlp: { endpoint: '${seen.url}' } }\n`;
  const below = (parent: SeenSpan | undefined) =>
    seen.spans().filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
  const named = (name: string) => seen.spans().filter((span) => span.name === name);
  const shape = (span: SeenSpan, indent = ''): string =>
    [`${indent}${span.name} ${span.attributes['llm_router.tool'] ?? ''}`.trimEnd()]
      .concat(
        below(span)
          .sort((a, b) => Number(a.startNs - b.startNs))
          .map((child) => shape(child, `${indent}  `)),
      )
      .join('\n');

  it(
    'are a tree of its candidates and their verifications below the span of the caller',
    rigged(
      async (rig) => {
        raceTree(rig, { wrong: WRITES('wrong'), right: WRITES('right') }, { ...priced, more: more() });
        const run = await rig.spawn(race('wrong,right', '--parallel', '1', '--verify', VERIFY, '--json'), {
          env: { TRACEPARENT: `00-${TRACE}-${CALLER}-01` },
        });
        expect(run.code).toBe(0);
        const done = JSON.parse(run.stdout) as Raced;
        const [root] = named('race');
        expect(shape(root as SeenSpan)).toBe(
          [
            'race right',
            '  invoke_agent me wrong',
            '    invoke_agent wrong wrong',
            '    verify wrong',
            '  invoke_agent me right',
            '    invoke_agent right right',
            '    verify right',
          ].join('\n'),
        );
        expect(seen.spans()).toHaveLength(7);
        expect(new Set(seen.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
        expect(root).toMatchObject({
          parentSpanId: CALLER,
          kind: 1,
          status: { code: 0 },
          attributes: {
            'gen_ai.agent.name': 'me',
            'gen_ai.request.model': 'm',
            'llm_router.invocation.id': done.id,
            'llm_router.status': 'succeeded',
            'llm_router.tool': 'right',
            'llm_router.race.mode': 'parallel',
            'llm_router.race.candidates': 2,
            'llm_router.race.winner.id': done.race.winner_id,
            'llm_router.race.applied': 'applied',
            'llm_router.cost.usd': done.cost.usd,
          },
        });
        expect(done.race.winner_id).toBe(done.race.candidates[1]?.id);
        expect(done.cost.usd).toBe(0.5);
        const [refused, passed] = named('verify');
        expect(refused).toMatchObject({
          status: { code: 2, message: expect.stringContaining(`00-${TRACE}-${refused?.spanId}-01`) },
          attributes: {
            'llm_router.invocation.id': done.race.candidates[0]?.id,
            'llm_router.exit_code': 1,
            'error.type': 'not_verified',
          },
        });
        expect(passed).toMatchObject({ status: { code: 0 }, attributes: { 'llm_router.exit_code': 0 } });
        expect(passed?.attributes).not.toHaveProperty('error.type');
        for (const span of seen.spans())
          for (const child of below(span)) {
            expect(child.startNs).toBeGreaterThanOrEqual(span.startNs);
            expect(child.endNs).toBeLessThanOrEqual(span.endNs);
          }
        expect(seen.points().filter(({ metric }) => metric.endsWith('duration'))).toHaveLength(2);
      },
      { deadlineMs: 30_000 },
    ),
    40_000,
  );

  it(
    'end with an error where no change passes',
    rigged(
      async (rig) => {
        raceTree(rig, { one: WRITES('wrong'), two: WRITES('wrong') }, { ...priced, more: more() });
        const run = await rig.spawn(race('one,two', '--verify', VERIFY));
        expect(run.code).not.toBe(0);
        const [root] = named('race');
        expect(root).toMatchObject({
          parentSpanId: '',
          status: { code: 2 },
          attributes: { 'error.type': 'not_verified', 'llm_router.status': 'failed' },
        });
        expect(root?.attributes).not.toHaveProperty('llm_router.race.winner.id');
        expect(below(root).map(({ status }) => status.code)).toEqual([2, 2]);
        expect(named('verify').map(({ status }) => status.code)).toEqual([2, 2]);
      },
      { deadlineMs: 30_000 },
    ),
    40_000,
  );

  it(
    'are not sent in a trace that the caller does not record',
    rigged(
      async (rig) => {
        raceTree(rig, { one: WRITES('right'), two: WRITES('right') }, { ...priced, more: more() });
        const env = { TRACEPARENT: `00-${TRACE}-${CALLER}-00` };
        const run = await rig.spawn(race('one,two', '--verify', VERIFY, '--trace-id', 'mine'), { env });
        expect(run.code).toBe(0);
        expect(seen.spans()).toEqual([]);
      },
      { deadlineMs: 30_000 },
    ),
    40_000,
  );
});
