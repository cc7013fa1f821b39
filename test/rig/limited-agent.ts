import { chmodSync } from 'node:fs';
import path from 'node:path';
import type { Rig } from './rig.js';

/** The parts of a config that a test of a limited agent varies. */
export interface Limited {
  /** How long until the limit resets, as the agent says it. */
  again: string;
  /** Whether its definition can continue a session. */
  sessions?: boolean;
  policy?: string;
  chain?: string;
  /** What its first run does before the limit, as shell script. */
  does?: string;
}

/**
 * An agent `worker` with access `edit` that edits a file, reaches its limit, and finishes when its session is continued. It counts
 * tokens and cost over its whole session. Every run adds its arguments and its prompt to `../calls`.
 */
export function limitedAgent(
  rig: Rig,
  { again, sessions = true, policy = '', chain = '', does }: Limited,
): void {
  const resume = sessions ? "[--resume, '{tool_session_id}']" : '';
  rig.write(
    'llm-router.yaml',
    `version: 1
agents: { me: { preferred_tool: worker, fallback_chain: [${chain}], access: edit } }
tools:
  worker:
    binary: worker
    billing: api
    args: [${resume}]
    prompt: stdin
    output:
      format: ndjson
      text: { pointer: /text }
      usage: { input_tokens: { pointer: /in, take: last }, output_tokens: { pointer: /out, take: last }, cumulative: session }
      cost_usd: { pointer: /cost, take: last }
      tool_session_id: { pointer: /session }
    failures: [{ type: quota, when: { stderr: used up }, retry_after: 'again in (?<time>[^\\n]+)' }]
  other: { binary: other, args: [] }
policies: { default: { gateway: off, ${policy} } }
`,
  );
  const first = does ?? 'echo one > made.txt';
  const file = rig.write(
    path.join(rig.bin, 'worker'),
    `#!/bin/sh
echo "$*: $(/bin/cat)" >> ../calls
echo '{"session":"s-1"}'
if [ "$1" = --resume ]; then
  echo two >> made.txt
  echo '{"text":"finished","in":1500,"out":300,"cost":0.03}'
else
  ${first}
  echo '{"text":"half of it","in":1000,"out":100,"cost":0.01}'
  echo 'used up, again in ${again}' >&2
  exit 1
fi
`,
  );
  chmodSync(file, 0o755);
}
