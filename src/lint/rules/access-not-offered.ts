import { finding } from '../../config/finding.js';
import type { ToolConfig } from '../../config/types.js';
import { accessLevelsOf, offersAccess } from '../../gates/access.js';
import type { AgentChain } from '../chains.js';
import type { LintRule } from '../rule.js';

/** An agent works at an access level for which a tool of its chain has no arguments: that tool is always passed over. */
export const accessNotOffered: LintRule = {
  code: 'config/access-not-offered',
  check(input) {
    return input.chains.flatMap((chain) => {
      const { name, access } = chain.agent;
      const path = ['agents', name];
      if (input.faults.isDoubtful([...path, 'access'])) return [];
      const lacking = certainTools(chain).filter((tool) => !offersAccess(tool, access.value));
      if (lacking.length === 0) return [];
      const list = lacking.map((tool) => `\`${tool.name}\``).join(', ');
      const message = `access \`${access.value}\` of agent \`${name}\` is not offered by tool ${list}`;
      const hint = lacking.map((tool) => `\`${tool.name}\` offers ${levelsOf(tool)}`).join('; ');
      const where = access.at === null ? { path, what: 'key' as const } : { path: [...path, 'access'] };
      return [finding(input, { code: this.code, ...where, message, hint })];
    });
  },
};

/** The tools that are the only one for their choice. */
function certainTools({ choices }: AgentChain): ToolConfig[] {
  return [
    ...new Set(choices.flatMap(({ pairs: [only, other] }) => (only && other === undefined ? only.tool : []))),
  ];
}

function levelsOf(tool: ToolConfig): string {
  return accessLevelsOf(tool).join(', ') || 'none at all';
}
