import type { Rig } from '../../test/rig/rig.js';
import { installClaude, installCodex } from './agents.js';

/** One picture: files of the project, what happened before, and the commands that it shows. */
export interface Scene {
  name: string;
  files: Readonly<Record<string, string>>;
  before?: (rig: Rig) => Promise<void>;
  /** Shell command lines. */
  commands: readonly string[];
  /** The screen at the moment at which this was printed for the last time; without it, at the end. */
  until?: RegExp;
}

const CONFIG = `version: 1
default_agent: reviewer
agents:
  reviewer:
    description: Reviews changes
    preferred_tool: claude-code
    preferred_model: sonnet
    fallback_chain: [codex, gemini]
    system: You review code. Bugs first.
  scribe:
    description: Writes release notes
    preferred_tool: codex
    policy: cheap
    max_cost_usd: 0.10
tools:
  claude-code: { billing: api }
  codex: { billing: api }
policies:
  default:
    gateway: off
    budget:
      - { daily_usd: 5, limit: { type: soft, threshold_percent: 80 } }
      - { monthly_usd: 60, limit: { type: soft, threshold_percent: 80 } }
  cheap:
    budget: { daily_usd: 0.50, scope: policy, limit: { type: hard } }
    governance: { denied_models: [opus] }
`;

const BROKEN = CONFIG.replace('codex, gemini', 'codx, gemini').replace('denied_models', 'denied_model');

const DIFF = `diff --git a/src/reader.ts b/src/reader.ts
@@ -10,4 +10,5 @@
+  while (true) chunks.push(read(file));
`;

const FILES = { 'llm-router.yaml': CONFIG, 'change.diff': DIFF };
const REVIEW = 'cat change.diff | llm-router exec "Review this change"';

/** Some runs of a day: answers, a limit of Claude Code in the middle, a refusal. */
async function someRuns(rig: Rig): Promise<void> {
  installClaude(rig, 'answers');
  await rig.spawn(['exec', '-q', 'Review this change'], { stdin: DIFF });
  await rig.spawn(['exec', '-q', '-a', 'scribe', 'Write the release notes'], { stdin: DIFF });
  await rig.spawn(['exec', '-q', '-a', 'scribe', '-m', 'opus', 'Write the release notes']);
  await limitedRun(rig);
}

async function limitedRun(rig: Rig): Promise<void> {
  installClaude(rig, 'limit');
  installCodex(rig);
  await rig.spawn(['exec', '-q', 'Review this change'], { stdin: DIFF });
}

/** In the order of the docs. */
export const SCENES: readonly Scene[] = [
  {
    name: 'exec-fallback',
    files: FILES,
    before: async (rig) => {
      installClaude(rig, 'limit');
      installCodex(rig);
    },
    commands: [REVIEW],
  },
  {
    name: 'exec-working',
    files: FILES,
    before: async (rig) => installClaude(rig, 'works'),
    commands: [REVIEW],
    until: /step 3: .* so far/,
  },
  { name: 'dry-run', files: FILES, commands: ['llm-router exec --dry-run "Review this change"'] },
  {
    name: 'config-validate',
    files: { 'llm-router.yaml': BROKEN },
    commands: ['llm-router config validate'],
  },
  { name: 'trace', files: FILES, before: someRuns, commands: ['llm-router trace'] },
  { name: 'trace-show', files: FILES, before: limitedRun, commands: ['llm-router trace show last'] },
  { name: 'stats', files: FILES, before: someRuns, commands: ['llm-router stats'] },
  { name: 'budget', files: FILES, before: someRuns, commands: ['llm-router budget'] },
  { name: 'audit', files: FILES, before: someRuns, commands: ['llm-router audit'] },
  { name: 'doctor', files: FILES, before: limitedRun, commands: ['llm-router doctor'] },
  { name: 'agents-tools', files: FILES, commands: ['llm-router agents', 'llm-router tools'] },
  { name: 'mcp-install', files: FILES, commands: ['llm-router mcp install'] },
  { name: 'help', files: FILES, commands: ['llm-router trace --help'] },
];
