import { VARIABLE_GROUPS, type Variable } from '../src/cli/variables.js';

/** The reference page of environment variables, made from the list that `llm-router help environment` prints. */
export function environmentPage(): string {
  const groups = VARIABLE_GROUPS.map(({ title, variables }) =>
    [`## ${title}`, '', '| variable | meaning |', '|---|---|', ...variables.map(row), ''].join('\n'),
  );
  return `# Environment variables\n\nAlso on the command line: \`llm-router help environment\`. Flags are stronger than variables.\n\n${groups.join('\n')}`;
}

function row({ name, meaning }: Variable): string {
  return `| \`${name}\` | ${meaning} |`;
}
