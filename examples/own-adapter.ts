// A tool that runs inside the program. In the config it is `tools: { shout: { kind: custom, billing: free } }`, so that its models,
// prices, limits and policies stand where those of all other tools do.
import { createRouter, loadConfig, type ToolAdapter } from 'llm-router-cli';

const shout: ToolAdapter = {
  unavailable: () => null,
  async *run({ prompt }, { signal }) {
    for (const word of prompt.split(' ')) {
      if (signal.aborted) return { failure: { type: 'cancelled', message: 'it was cancelled' } };
      yield `${word.toUpperCase()} `;
    }
    return { usage: { inputTokens: prompt.length, outputTokens: prompt.length } };
  },
};

const router = createRouter(await loadConfig({ path: process.argv[2] }), { adapters: { shout } });
console.log((await router.complete({ tool: 'shout', prompt: 'hello there' })).text);
await router.close();
