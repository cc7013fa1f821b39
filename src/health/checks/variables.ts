import { agentsOfTools, type Finding, type HealthContext, type HealthItem } from '../context.js';

/** Are the variables set that the needed tools require. Values are never shown. */
export function checkVariables(context: HealthContext): HealthItem[] {
  const agents = agentsOfTools(context);
  return Object.values(context.config.tools).flatMap((tool) => {
    if (tool.kind !== 'command' || !agents.has(tool.name)) return [];
    return tool.envRequired.map(({ value: name }): HealthItem => {
      const isSet = (context.env[name] ?? '') !== '' || tool.envVars[name] !== undefined;
      return { check: 'variable', subject: name, ask: () => finding(name, isSet, tool.name) };
    });
  });
}

function finding(name: string, isSet: boolean, tool: string): Finding {
  const data = { tool, set: isSet };
  if (isSet) return { status: 'ok', detail: `set, for ${tool}`, fix: null, data };
  return { status: 'warn', detail: `not set, ${tool} needs it`, fix: `export ${name}=…`, data };
}
