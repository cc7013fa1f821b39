import { type HealthContext, type HealthRow, neededTools } from '../context.js';

/** Are the variables set that a needed tool requires. Values are never shown. */
export function checkVariables(context: HealthContext): HealthRow[] {
  const needed = neededTools(context);
  return Object.values(context.config.tools).flatMap((tool) => {
    if (tool.kind !== 'command') return [];
    return tool.envRequired.map(({ value: name }): HealthRow => {
      const row = { check: 'variable' as const, subject: name };
      if ((context.env[name] ?? '') !== '')
        return { ...row, status: 'ok', detail: `set, for ${tool.name}`, fix: null };
      const status = needed.has(tool.name) ? 'warn' : 'skip';
      return { ...row, status, detail: `not set, ${tool.name} needs it`, fix: `export ${name}=…` };
    });
  });
}
