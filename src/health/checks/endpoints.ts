import { lookup } from '../../domain/lookup.js';
import { agentsOfTools, type Finding, type HealthContext, type HealthItem } from '../context.js';

/** Whether the endpoints of `http` tools accept connections. Sends nothing, so it costs nothing. */
export function checkEndpoints(context: HealthContext): HealthItem[] {
  const { connect, endpoints, facts } = context;
  if (connect === null) return [];
  const agents = agentsOfTools(context);
  // A provider without a key and without an agent is not used here.
  const wanted = endpoints.filter(
    ({ tool }) => agents.has(tool) || lookup(facts.tools, tool)?.available !== false,
  );
  return wanted.map(({ tool, url }) => ({
    check: 'endpoint',
    subject: tool,
    ask: async (): Promise<Finding> => {
      const { problem, latencyMs } = await connect(url);
      const data = { url, reachable: problem === null, latency_ms: latencyMs };
      if (problem === null) return { status: 'ok', detail: url, fix: null, data };
      const status = agents.has(tool) ? 'warn' : 'skip';
      return {
        status,
        detail: `${url}: ${problem}`,
        fix: `check \`base_url\` of \`${tool}\` and the network`,
        data,
      };
    },
  }));
}
