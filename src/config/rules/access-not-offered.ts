import { ACCESS_LEVELS } from '../../domain/request.js';
import { at, child, isTree } from '../tree.js';
import { entries, finding, type Rule, type RuleContext } from './rule.js';

/** An agent works at an access level for which a tool of its chain has no arguments: that tool is always passed over. */
export const accessNotOffered: Rule = {
  code: 'config/access-not-offered',
  check(context) {
    const tools = toolsByAgent(context);
    return entries(context, 'agents').flatMap(({ name, entry, path }) => {
      const stated = child(entry, 'access');
      const access = stated === undefined ? 'read' : String(stated);
      if (context.isDoubtful([...path, 'access'])) return [];
      const lacking = [...(tools.get(name) ?? [])].filter((tool) => !offers(context, tool, access));
      if (lacking.length === 0) return [];
      const list = lacking.map((tool) => `\`${tool}\``).join(', ');
      const message = `access \`${access}\` of agent \`${name}\` is not offered by tool ${list}`;
      const hint = lacking.map((tool) => `\`${tool}\` offers ${levelsOf(context, tool)}`).join('; ');
      const what = stated === undefined ? 'key' : 'value';
      const where = stated === undefined ? path : [...path, 'access'];
      return [finding(context, { code: this.code, path: where, what, message, hint })];
    });
  },
};

function toolsByAgent(context: RuleContext): Map<string, Set<string>> {
  const tools = new Map<string, Set<string>>();
  for (const { agent, pairs } of context.candidates) {
    const [only, other] = pairs;
    if (only === undefined || other !== undefined) continue;
    tools.set(agent, (tools.get(agent) ?? new Set()).add(only.tool));
  }
  return tools;
}

/** A tool without `access_args` has no levels and takes any. */
function offers(context: RuleContext, tool: string, access: string): boolean {
  const levels = at(context.merged.value, ['tools', tool, 'access_args']);
  return !isTree(levels) || levels[access] !== undefined;
}

function levelsOf(context: RuleContext, tool: string): string {
  const levels = at(context.merged.value, ['tools', tool, 'access_args']);
  return ACCESS_LEVELS.filter((level) => child(levels, level) !== undefined).join(', ') || 'none at all';
}
