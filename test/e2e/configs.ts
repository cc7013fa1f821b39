/**
 * Two agents, each with its own tool: one reads a file, the other standard input. `claude-code` and `gemini` are
 * built-in tools with changed commands, so their answers have the format of those programs.
 */
export const TEAM = `version: 1
default_agent: backend-dev
agents:
  architect:
    preferred_tool: cursor
    preferred_model: gpt-5
  backend-dev:
    preferred_tool: claude-code
    preferred_model: sonnet
tools:
  cursor:
    binary: cursor-agent
    command_template: "{binary} --print --model {model} {prompt_file}"
    models: [gpt-5]
    output: { format: text }
    install_hint: npm install -g cursor-agent
  claude-code:
    binary: claude
    command_template: "{binary} -p --model {model}"
    models: [sonnet, opus, haiku]
    install_hint: npm install -g claude
  gemini:
    binary: gemini
    command_template: "{binary} -m {model}"
    models: [gemini-pro]
    install_hint: npm install -g gemini
models:
  gpt-5: { provider: openai, id: gpt-5 }
  sonnet: { provider: anthropic, id: sonnet }
  opus: { provider: anthropic, id: opus }
  haiku: { provider: anthropic, id: haiku }
  gemini-pro: { provider: google, id: gemini-pro }
`;

/** An answer as Claude Code writes it: the last event of its stream. */
export function claudeSays(text: string): string {
  const event = { type: 'result', subtype: 'success', is_error: false, num_turns: 1, result: text };
  return `${JSON.stringify(event)}\n`;
}

/** An answer as Gemini CLI writes it. */
export function geminiSays(text: string): string {
  return JSON.stringify({ response: text, stats: { models: {} } });
}

/** One agent whose chain has two custom tools; `first` and `second` are further lines of those tools. */
export function pair(options: { first?: string; second?: string; more?: string } = {}): string {
  return `version: 1
default_agent: worker
agents:
  worker:
    preferred_tool: first
    preferred_model: big
    fallback_chain: ['second:small']
tools:
  first:
    binary: first-cli
    command_template: "{binary} --model {model}"
    models: [big]
    ${options.first ?? 'output: { format: text }'}
  second:
    binary: second-cli
    command_template: "{binary} --model {model}"
    models: [small]
    ${options.second ?? 'output: { format: text }'}
models:
  big: { provider: acme, id: big-1 }
  small: { provider: acme, id: small-1 }
policies: { default: { retry: { base_delay: 1ms } } }
${options.more ?? ''}`;
}

/** One agent with one tool that is called with these arguments. */
export function solo(args: string, more = ''): string {
  return `version: 1
default_agent: worker
agents:
  worker: { preferred_tool: bot, preferred_model: big }
tools:
  bot:
    binary: bot-cli
    args: ${args}
    models: [big]
    output: { format: text }
    ${more}
models:
  big: { provider: acme, id: big-1 }
`;
}
