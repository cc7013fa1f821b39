import { finding } from '../../config/finding.js';
import type { CommandTool } from '../../config/types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { placeholdersOf } from '../../domain/template.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

/** The prompt is passed by a placeholder that the command does not contain: the tool would never see it. */
export const promptNeverPassed: LintRule = {
  code: 'config/prompt-never-passed',
  check: (input) =>
    commandTools(input).flatMap((tool) => {
      const needed = NEEDED[tool.prompt];
      if (needed === null || isUsed(tool, needed)) return [];
      return [missing(input, { code: 'config/prompt-never-passed', tool, key: 'prompt', needed })];
    }),
};

const NEEDED = { argument: 'prompt', file: 'prompt_file', stdin: null } as const;

/** The tool has arguments for access levels, but no place for them: it would run alike at every level. */
export const accessNeverPassed: LintRule = {
  code: 'config/access-never-passed',
  check: (input) =>
    commandTools(input).flatMap((tool) => {
      if (tool.accessArgs === null || isUsed(tool, 'access_args')) return [];
      const needed = 'access_args';
      return [missing(input, { code: 'config/access-never-passed', tool, key: needed, needed })];
    }),
};

/** Those whose arguments are known. */
function commandTools(input: LintInput): CommandTool[] {
  return mentioned(input, 'tools').flatMap(({ entry, path }) => {
    const keys = ['kind', 'prompt', 'args', 'command_template', 'env_template'];
    const isUnsure = keys.some((key) => input.faults.hasFaultInside([...path, key]));
    return entry.kind !== 'command' || entry.argv.length === 0 || isUnsure ? [] : [entry];
  });
}

/** In an argument, or in a variable that is made like one. */
function isUsed({ argv, envTemplate }: CommandTool, placeholder: string): boolean {
  return placeholdersOf([...argv, { group: Object.values(envTemplate) }]).includes(placeholder);
}

function missing(
  input: LintInput,
  of: {
    code: 'config/prompt-never-passed' | 'config/access-never-passed';
    tool: CommandTool;
    key: 'prompt' | 'access_args';
    needed: string;
  },
): Diagnostic {
  const { code, tool, key, needed } = of;
  const message = `\`${key}\` of tool \`${tool.name}\` needs \`{${needed}}\` among its arguments`;
  const what = key === 'prompt' ? 'value' : 'key';
  return finding(input, { code, path: ['tools', tool.name, key], what, message });
}
