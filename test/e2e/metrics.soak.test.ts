import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { seriesOf } from '../metrics/exposition.js';
import { rigged } from '../rig/rig.js';

const CONFIG = `version: 1
default_agent: writer
agents: { writer: { preferred_tool: bot } }
tools: { bot: { binary: bot-cli, args: [], billing: free, models: [sonnet] } }
policies: { default: { budget: { daily_usd: 10 } } }
`;

it(
  'a server answers /metrics with what it has done, in a form that Prometheus takes, and `llm.metrics` with the same',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', CONFIG);
    const bot = rig.script('bot-cli', [{ stdout: 'forty-two' }]);
    const server = rig.start(['serve', '--port', '0']);
    await server.waitFor('listening on http');
    const url = /http:\S+/.exec(server.stderr())?.[0] ?? '';
    const rpc = async (method: string, params: object) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${url}/rpc`, { method: 'POST', headers, body })).json();
    };
    expect(await rpc('llm.complete', { prompt: 'hi' })).toMatchObject({ result: { text: 'forty-two' } });
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(seriesOf(text, 'llm_requests_total')).toMatchObject({ 'anthropic bot sonnet succeeded': 1 });
    expect(seriesOf(text, 'llm_time_to_first_token_seconds_count')).toEqual({ 'anthropic bot sonnet': 1 });
    expect(seriesOf(text, 'llm_active_requests')).toEqual({ anthropic: 0 });
    expect(seriesOf(text, 'llm_budget_limit_usd')).toEqual({ 'global daily': 10 });
    expect(seriesOf(text, 'llm_budget_spent_usd')).toEqual({ 'global daily': 0 });
    // Skipped without a word here: the test of deploy/ says it.
    const checked = spawnSync('promtool', ['check', 'metrics'], { encoding: 'utf8', input: text });
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(await rpc('llm.metrics', {})).toMatchObject({
      result: {
        total_requests: 1,
        total_tokens: 0,
        by_provider: { anthropic: { requests: 1, tokens: 0, errors: 0 } },
        errors: 0,
        governance_violations: 0,
      },
    });
    server.kill('SIGTERM');
    expect((await server.done).code).toBe(0);
    expect(bot.calls).toHaveLength(1);
  }),
);
