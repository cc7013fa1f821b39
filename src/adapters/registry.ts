import type { ToolConfig } from '../config/types.js';
import type { Adapter } from './adapter.js';
import { commandAdapter } from './command.js';
import { httpAdapter } from './http.js';
import { mockAdapter } from './mock.js';

/** Every adapter there is, by the kind of tool it runs. A new one is one file and one line here. */
const ADAPTERS: { [K in ToolConfig['kind']]: Adapter<Extract<ToolConfig, { kind: K }>> } = {
  command: commandAdapter,
  http: httpAdapter,
  mock: mockAdapter,
};

/** The adapter that runs a tool; it takes tasks of that tool's kind only. */
export function adapterOf(tool: ToolConfig): Adapter {
  return ADAPTERS[tool.kind] as Adapter;
}
