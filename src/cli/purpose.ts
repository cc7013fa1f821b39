/** What the program is for: the first line of its help. */
export const PURPOSE = 'Routes work for named agents to coding-agent CLIs and models, by rules in YAML';
