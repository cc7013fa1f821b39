import { openGateway } from '../../src/gateway/gateway.js';
import { taskOf, toolOf } from '../../test/adapters/command/samples.js';
import { modelOf, Purse } from '../../test/gateway/world.js';

/** Opens a gateway before a provider, prints its URL, and stays until its input ends. Every call is held and settled. */
export async function run({ args: [base = ''] }: { args: string[] }): Promise<number> {
  const opened = await openGateway({
    api: 'openai-chat',
    baseUrl: new URL(base),
    task: taskOf(toolOf([]), { modelName: 'm' }),
    billing: 'api',
    money: new Purse(1e12),
    modelOf: (id) => modelOf(id),
    refuseModel: () => null,
    journal: null,
    patience: { of: () => ({ maxRetries: 3, maxDelayMs: 30_000 }), askedMs: () => null },
    onEnding: (failed) => process.stderr.write(`${failed.message}\n`),
    env: {},
    now: Date.now,
    monotonicMs: () => performance.now(),
    redact: (text) => text,
  });
  if (!opened.ok) throw new Error(opened.error);
  process.stdout.write(`${opened.value.url}\n`);
  const before = process.cpuUsage();
  for await (const _ of process.stdin);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${(user + system) / 1000}\n`);
  await opened.value.close();
  return 0;
}
