import type { ToolConfig } from '../config/types.js';
import type { Adapter } from './adapter.js';
import { commandAdapter } from './command.js';
import { customAdapter } from './custom.js';
import { httpAdapter } from './http.js';
import { mockAdapter } from './mock.js';

/** All adapters, by kind of tool. A new one is one file and one line here. */
const ADAPTERS: { [K in ToolConfig['kind']]: Adapter<Extract<ToolConfig, { kind: K }>> } = {
  command: commandAdapter,
  http: httpAdapter,
  mock: mockAdapter,
  custom: customAdapter,
};

/** Finds the adapter of a tool. */
export type AdapterOf = (tool: ToolConfig) => Adapter;

/** The adapter of a tool; it accepts only tasks of that tool's kind. */
export function adapterOf(tool: ToolConfig): Adapter {
  return ADAPTERS[tool.kind] as Adapter;
}
