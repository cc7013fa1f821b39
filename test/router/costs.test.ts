import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CostSoFar } from '../../src/domain/events.js';
import { emptyRequest } from '../../src/domain/request.js';
import { ROOT } from '../architecture/imports.js';
import { answer, message, scriptOf } from '../gateway/caller.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { frame, messageEvents, startProvider } from '../rig/provider.js';
import { routerOf } from '../rig/router.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-costs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a prompt, and calls `onCost` with each cost of the running attempt. */
async function costsOf(
  yaml: string,
  { prompt = 'hello', onCost = () => {} }: { prompt?: string; onCost?: (cost: CostSoFar) => void },
): Promise<{ soFar: [usd: number | null, basis: string][]; total: number | null | undefined }> {
  const router = routerOf(configOf(yaml), { env: { ...process.env, API_KEY: 'key' } });
  const planned = await router.plan({ ...emptyRequest(folder), prompt });
  if (!planned.ok) throw new Error(planned.error.message);
  const soFar: [number | null, string][] = [];
  const { failure, cost } = await router.complete(planned.value, {
    deadline: deadlineOf(),
    costs: (event) => {
      soFar.push([event.cost.chargedMicroUsd, event.cost.basis]);
      onCost(event);
    },
  });
  expect(failure).toBeNull();
  return { soFar, total: cost?.chargedMicroUsd };
}

const MODELS = 'models: { m: { id: claude-1, cost_per_1m_tokens: { input: 10, output: 30 } } }';

/** A tool that prints, waits until it may go on, and prints the rest. */
function inTwoParts(first: string, rest: string): { args: string; goOn: () => void } {
  const fifo = path.join(mkdtempSync(path.join(folder, 'tool-')), 'go-on');
  spawnSync('mkfifo', [fifo]);
  writeFileSync(`${fifo}.first`, first);
  writeFileSync(`${fifo}.rest`, rest);
  const script = `cat ${fifo}.first; read -r line < ${fifo}; cat ${fifo}.rest`;
  return { args: JSON.stringify(['-c', script, '{access_args}']), goOn: () => writeFileSync(fifo, 'on\n') };
}

describe('the cost of a running attempt', () => {
  it('is what a tool reports of it', async () => {
    const { args, goOn } = inTwoParts('{"in":100,"out":10}\n', '{"in":50,"out":5,"text":"done"}\n');
    const { soFar, total } = await costsOf(
      `agents: { a: { preferred_tool: bot, preferred_model: m } }
tools:
  bot:
    binary: /bin/sh
    args: ${args}
    access_args: { none: [], read: [], edit: [], full: [] }
    billing: api
    models: [m]
    output:
      format: ndjson
      text: /text
      usage: { input_tokens: { pointer: /in, take: sum }, output_tokens: { pointer: /out, take: sum } }
${MODELS}`,
      { onCost: goOn },
    );
    expect(soFar).toEqual([[1300, 'computed']]);
    expect(total).toBe(1950);
  });

  it('is an estimate of Claude Code by the events of its calls, and its own figure at the end', async () => {
    const capture = path.join(ROOT, 'test/fixtures/captures/claude/stream-json-partial.json');
    const { stdout } = JSON.parse(readFileSync(capture, 'utf8')) as { stdout: string };
    const end = stdout.indexOf('{"type":"result"');
    const { args, goOn } = inTwoParts(stdout.slice(0, end), stdout.slice(end));
    const { soFar, total } = await costsOf(
      `agents: { a: { preferred_tool: claude-code, preferred_model: m, system: Be brief. } }
tools:
  claude-code: { binary: /bin/sh, args: ${args}, billing: api, models: [m] }
models: { m: { cost_per_1m_tokens: { input: 10, output: 30, cache_read: 1, cache_write: 12 } } }`,
      { onCost: goOn },
    );
    const [input, cached, written, output] = [12 * 10, 56, 34 * 12, 78 * 30];
    expect(soFar).toEqual([[input + cached + written + output, 'estimated']]);
    const reported = /"total_cost_usd":([\d.]+)/.exec(stdout)?.[1];
    expect(total).toBe(Math.round(Number(reported) * 1e6));
  });

  it('is an estimate of a provider that counts its input first', async () => {
    const provider = await startProvider();
    const events = messageEvents(['hi'], {
      usage: { input_tokens: 1000, output_tokens: 1 },
      outputTokens: 40,
    });
    let goOn = (): void => {};
    const shown = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const running = costsOf(
      `agents: { a: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: anthropic-messages, base_url: '${provider.url}', api_key_env: API_KEY, billing: api, models: [m] } }
${MODELS}`,
      { onCost: () => goOn() },
    );
    const { head, write, end } = await provider.nextCall();
    head(200, { 'content-type': 'text/event-stream' });
    await write(frame(events[0]));
    await shown;
    for (const event of events.slice(1)) await write(frame(event));
    end();
    const { soFar, total } = await running;
    await provider.close();
    expect(soFar).toEqual([[10_000, 'estimated']]);
    expect(total).toBe(11_200);
  });

  it('is the sum of the calls that its gateway saw', async () => {
    const provider = await startProvider([answer(1000, 40), answer(100, 4)]);
    const caller = path.join(ROOT, 'test/gateway/agents/caller.cjs');
    const { soFar, total } = await costsOf(
      `agents: { a: { preferred_tool: bot, preferred_model: m } }
tools:
  bot:
    binary: ${process.execPath}
    args: ['${caller}']
    billing: api
    models: [m]
    output: { format: ndjson, text: /text }
    gateway: { api: anthropic-messages, base_url: '${provider.url}', env: { BOT_BASE_URL: '{gateway_url}' } }
${MODELS}
policies: { default: { gateway: always } }`,
      { prompt: scriptOf({ steps: [{ body: message() }, { body: message() }] }) },
    );
    await provider.close();
    expect(soFar).toEqual([
      [11_200, 'computed'],
      [12_320, 'computed'],
    ]);
    expect(total).toBe(12_320);
  });
});
