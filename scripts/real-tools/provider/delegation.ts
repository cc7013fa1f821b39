import type { OfferedTool, ProviderCall, Reply, Wire } from './wire.js';

/** A model that hands its work on: it calls a tool of our MCP server, and ends its turn once that has returned something. */
export interface Delegation {
  tool: 'ask' | 'wait';
  input: Readonly<Record<string, unknown>>;
  /** What the user has said, as far as it tells the conversation from others that a client has beside it. */
  said: string;
}

/** A call of a tool. */
interface Step {
  tool: OfferedTool;
  input: unknown;
}

/** The next step of the model: the call of the tool, in the way that the client has for it, or else `text`. */
export function delegate(
  call: ProviderCall,
  wire: Wire,
  delegation: Delegation,
  text: readonly [string, string],
): Reply {
  const step = isConversation(call, delegation) ? nextStep(call.body, delegation) : null;
  return step === null ? wire.answer(call, text) : wire.toolCall(call, { ...step.tool, input: step.input });
}

function isConversation({ body }: ProviderCall, { said }: Delegation): boolean {
  return JSON.stringify(body).includes(said);
}

/** Some clients offer the tool itself, some a program that calls it, and some show it only to a search. */
function nextStep(body: unknown, { tool, input }: Delegation): Step | null {
  const tools = offeredIn(body);
  const named = (name: RegExp) => tools.find((one) => name.test(one.name));
  const steps: Step[] = [];
  const direct = tools.find(({ name, namespace }) => isOurs(`${namespace ?? ''}__${name}`, tool));
  const program = tools.find(({ name, isProgram }) => isProgram && name === 'exec');
  const search = named(/^tool_?search$/i);
  const bridge = named(/^tool_call$/);
  if (direct !== undefined) steps.push({ tool: direct, input });
  else if (program !== undefined) steps.push({ tool: program, input: programOf(tool, input) });
  else if (search !== undefined) {
    const name = `mcp__llm-router__${tool}`;
    steps.push({ tool: search, input: { query: `select:${name}` } });
    if (bridge !== undefined) steps.push({ tool: bridge, input: { name, arguments: input } });
  }
  const called = callsIn(['messages', 'input', 'contents'].map((field) => fieldOf(body, field)));
  const isDone = (one: Step) =>
    !(one.tool === program && isTooEarly(body)) &&
    called.some((name) => name === one.tool.name || (one.tool === direct && isOurs(name, tool)));
  return steps.find((one) => !isDone(one)) ?? null;
}

/** What the program below prints where the server has not started yet: a client may ask its model before. */
const NOT_YET = 'NO-SUCH-TOOL-YET';

/** In the language of the client's tool that runs programs, with more time than any call takes. */
function programOf(tool: string, input: unknown): string {
  const name = `tools.mcp__llm_router__${tool}`;
  return [
    '// @exec: {"yield_time_ms": 120000}',
    `if (${name}) text(await ${name}(${JSON.stringify(input)}));`,
    `else { await new Promise((go) => setTimeout(go, 500)); text('${NOT_YET}'); }`,
    '',
  ].join('\n');
}

/** Whether the last program has found no tool: the word stands in each program, and in what it has printed. */
function isTooEarly(body: unknown): boolean {
  const words = JSON.stringify(body).split(NOT_YET).length - 1;
  return words > 0 && words % 2 === 0;
}

/** `ask` as a tool of the server `llm-router`, in the spelling of any client. */
function isOurs(name: string, tool: string): boolean {
  return new RegExp(`llm[-_]router[-_:/.]+${tool}$`, 'i').test(name);
}

/** Every tool of a request, in whichever API; some are offered within the conversation. */
export function offeredIn(body: unknown): OfferedTool[] {
  const input = fieldOf(body, 'input');
  const later = Array.isArray(input) ? input.flatMap((item) => toolsOf(item)) : [];
  return [...toolsOf(body), ...later];
}

function toolsOf(value: unknown, namespace: string | null = null): OfferedTool[] {
  const tools = fieldOf(value, 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool): OfferedTool[] => {
    const inner = toolsOf(tool, nameOf(tool));
    if (inner.length > 0) return inner;
    const declared = fieldOf(tool, 'functionDeclarations');
    const all = Array.isArray(declared) ? declared : [fieldOf(tool, 'function') ?? tool];
    return all.flatMap((one) => {
      const name = nameOf(one);
      return name === null ? [] : [{ name, namespace, isProgram: fieldOf(one, 'type') === 'custom' }];
    });
  });
}

/** The names of all tools that a conversation has called. */
function callsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== 'object' || value === null) return [];
  const isCall = /^(tool_use|function|function_call|custom_tool_call)$/.test(String(fieldOf(value, 'type')));
  const own = isCall ? nameOf(fieldOf(value, 'function') ?? value) : nameOf(fieldOf(value, 'functionCall'));
  return [...(own === null ? [] : [own]), ...Object.values(value).flatMap(callsIn)];
}

function nameOf(value: unknown): string | null {
  const name = fieldOf(value, 'name');
  return typeof name === 'string' ? name : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? { ...value }[name as never] : undefined;
}
