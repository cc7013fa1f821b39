import type { OfferedTool, ProviderCall, Reply, Wire } from './wire.js';

/** A model that hands its work on: it calls a tool of our MCP server, and ends its turn once that has returned something. */
export interface Delegation {
  tool: 'ask' | 'wait';
  input: Readonly<Record<string, unknown>>;
  /** What the user has said, as far as it tells the conversation from others that a client has beside it. */
  said: string;
}

/** The next step of the model: the call; before it a search, where the client shows its tools only to one that looks for them; then `text`. */
export function delegate(
  call: ProviderCall,
  wire: Wire,
  delegation: Delegation,
  text: readonly [string, string],
): Reply {
  const written = JSON.stringify(call.body);
  const tools = offeredIn(call.body);
  const wanted = tools.find(({ name, namespace }) => isOurs(`${namespace ?? ''}__${name}`, delegation.tool));
  if (!written.includes(delegation.said) || tools.length === 0) return wire.answer(call, text);
  if (wanted !== undefined)
    return hasCalled(call.body, delegation.tool)
      ? wire.answer(call, text)
      : wire.toolCall(call, { ...wanted, input: delegation.input });
  const search = tools.find(({ name }) => /^tool_?search$/i.test(name));
  if (search === undefined || hasCalled(call.body, search.name)) return wire.answer(call, text);
  const input = { query: `llm-router ${delegation.tool}`, max_results: 10, limit: 10 };
  return wire.toolCall(call, { ...search, input });
}

/** `ask` as a tool of the server `llm-router`, in the spelling of any client. */
function isOurs(name: string, tool: string): boolean {
  return new RegExp(`llm[-_]router[-_:/.]+${tool}$`, 'i').test(name);
}

/** Every tool of a request, in whichever API. */
function offeredIn(body: unknown, namespace: string | null = null): OfferedTool[] {
  const tools = fieldOf(body, 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool): OfferedTool[] => {
    const inner = offeredIn(tool, nameOf(tool));
    if (inner.length > 0) return inner;
    const declared = fieldOf(tool, 'functionDeclarations');
    const all = Array.isArray(declared) ? declared : [fieldOf(tool, 'function') ?? tool];
    return all.flatMap((one) => {
      const name = nameOf(one) ?? fieldOf(one, 'type');
      return typeof name === 'string' ? [{ name, namespace }] : [];
    });
  });
}

/** Whether the conversation has a call of the tool already. */
function hasCalled(body: unknown, tool: string): boolean {
  const conversation = ['messages', 'input', 'contents'].map((name) => fieldOf(body, name));
  return callsIn(conversation).some(
    (name) => name === tool || isOurs(name, tool) || name.endsWith(`_${tool}`),
  );
}

function callsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== 'object' || value === null) return [];
  const isCall = /^(tool_use|function|function_call|tool_search_call)$/.test(String(fieldOf(value, 'type')));
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
