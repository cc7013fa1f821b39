import type { Environment } from '../../adapters/adapter.js';
import { expandVariables } from '../../adapters/variables.js';
import { finding, isOwn } from '../../config/finding.js';
import type { Path } from '../../config/tree.js';
import type { ToolConfig } from '../../config/types.js';
import { describePath } from '../../config/words.js';
import { itemPath } from '../item-path.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

/** A variable that a tool needs and that is not set here; it may be set where the config is used. */
export const undefinedEnv: LintRule = {
  code: 'config/undefined-env',
  check(input) {
    const { env } = input;
    if (env === null) return [];
    return mentioned(input, 'tools').flatMap(({ entry, path: tool }) =>
      [...unsetReferences(entry, tool, env), ...unsetNames(input, { tool: entry, path: tool, env })]
        .filter(({ path }) => isOwn(input, path) && !input.faults.isDoubtful(path))
        .map(({ name, path, part }) => {
          const message = `the variable \`${name}\` in ${describePath(path)} is not set`;
          const otherwise = part === name ? '' : `, or write \`\${${name}:-default}\``;
          const hint = `set it before the tool is used${otherwise}`;
          return finding(input, { code: this.code, path, message, hint, part });
        }),
    );
  },
};

interface Unset {
  name: string;
  path: Path;
  /** As it is written. */
  part: string;
}

/** References such as `${NAME}` without a default. */
function unsetReferences(tool: ToolConfig, path: Path, env: Environment): Unset[] {
  return expandedTexts(tool, path).flatMap(({ text, path: where }) =>
    [...new Set(expandVariables(text, env).missing)].map((name) => ({
      name,
      path: where,
      part: `\${${name}}`,
    })),
  );
}

/** The texts of a tool in which a run replaces references to variables. */
function expandedTexts(tool: ToolConfig, path: Path): { text: string; path: Path }[] {
  if (tool.kind === 'mock' || tool.kind === 'custom') return [];
  const [key, texts] = tool.kind === 'http' ? ['headers', tool.headers] : ['env_vars', tool.envVars];
  const inMap = Object.entries(texts).map(([name, { value }]) => ({
    text: value,
    path: [...path, key, name],
  }));
  if (tool.kind !== 'http') return inMap;
  return [...inMap, { text: tool.baseUrl.value, path: [...path, 'base_url'] }];
}

/** Those that the tool sets itself are not needed from outside. */
function unsetNames(
  { merged }: LintInput,
  { tool, path, env }: { tool: ToolConfig; path: Path; env: Environment },
): Unset[] {
  if (tool.kind !== 'command') return [];
  return tool.envRequired.flatMap(({ value: name }, index) => {
    const isSet = (env[name] ?? '') !== '' || tool.envVars[name] !== undefined;
    return isSet ? [] : [{ name, path: itemPath(merged, [...path, 'env_required'], index), part: name }];
  });
}
