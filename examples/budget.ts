// A hard limit of the config holds for this program too, together with all other runs of the user. What each attempt used is counted.
import { createRouter, loadConfig } from 'llm-router-cli';

let tokens = 0;
const router = createRouter(await loadConfig({ path: process.argv[2] }), {
  onTokenUsage: ({ usage }) => {
    tokens += (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  },
  onWarning: (message) => console.error(`warning: ${message}`),
});

for (const prompt of ['first', 'second', 'third']) {
  const { failure, cost } = await router.complete({ prompt, maxTokens: 1000, maxCostUsd: 0.5 });
  if (failure?.type === 'budget_exceeded') {
    console.log(`${prompt}: stopped by the budget (${failure.message})`);
    break;
  }
  console.log(`${prompt}: ${(cost?.chargedMicroUsd ?? 0) / 1e6} USD`);
}
console.log(`${tokens} tokens`);
await router.close();
