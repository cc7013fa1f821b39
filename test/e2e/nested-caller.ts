import path from 'node:path';
import type { Rig } from '../rig/rig.js';

/** An agent whose tool calls the router again, in another folder and project. */
export const NESTED = `version: 1
default_agent: outer
agents:
  outer: { preferred_tool: caller }
  inner: { preferred_tool: answerer, preferred_model: big }
tools:
  caller: { binary: caller-cli, args: [], billing: free, output: { format: text } }
  answerer:
    binary: answer-cli
    args: []
    models: [big]
    billing: api
    output: { format: json, text: /a, usage: { input_tokens: /i, output_tokens: /o } }
models:
  big: { id: big-1, cost_per_1m_tokens: { input: 1, output: 2 } }
`;

/** Installs the tool that calls the router from its own folder, with these arguments after `exec`. */
export function installCaller(rig: Rig, words: string, before = 'exec'): void {
  const elsewhere = path.join(rig.home, 'elsewhere');
  const script = `#!/bin/sh\ncd "${elsewhere}"\n${before} llm-router --config llm-router.yaml exec --no-stdin ${words}\n`;
  rig.write(path.join(elsewhere, 'llm-router.yaml'), NESTED);
  rig.write(path.join(rig.bin, 'caller-cli'), script);
}

/** What the inner tool prints. */
export const ANSWER = { stdout: '{"a":"inside","i":1000,"o":500}' };
