import type { Rig } from '../rig/rig.js';

/** One agent whose tool bills per token and says what it cost; `budget` is the default policy's. */
export function paid(budget: string, more: { agent?: string; tool?: string; rest?: string } = {}): string {
  return `version: 1
default_agent: worker
agents:
  worker: { preferred_tool: bot, preferred_model: big, ${more.agent ?? 'max_cost_usd: 0.5'} }
tools:
  bot:
    binary: bot-cli
    args: ['--model', '{model}']
    billing: api
    models: [big]
    output: { format: ndjson, text: /text, cost_usd: { pointer: /cost, take: last }, usage: { input_tokens: /in, output_tokens: /out } }
    ${more.tool ?? ''}
models:
  big: { provider: acme, id: big-1, cost_per_1m_tokens: { input: 10, output: 30 } }
policies:
  default:
    budget: ${budget}
${more.rest ?? ''}`;
}

/** An answer with this cost in dollars. */
export function costing(usd: number | null, text = 'done'): string {
  return `${JSON.stringify(usd === null ? { text } : { text, cost: usd })}\n`;
}

/** Today's sums of the rig's ledger, from the document of `stats --json`. */
export async function today(rig: Rig) {
  const { stdout } = await rig.run(['stats', '--json']);
  const { total, interrupted, held } = JSON.parse(stdout) as {
    total: {
      invocations: number;
      failures: number;
      total_tokens: number;
      cost_usd: number;
      without_price: number;
    };
    interrupted: { runs: number; counted_usd: number };
    held: { runs: number; usd: number };
  };
  return { ...total, interrupted, held };
}
