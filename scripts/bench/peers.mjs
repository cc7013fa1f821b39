// How long other programs of the same kind take until they have started, beside ours, on Node 24, which the newest of them need: what
// prints the version, and a whole run of an agent that has nothing to do.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeIn, measureShell } from './measure.mjs';
import { installed, nodeOf, PEERS } from './packages.mjs';
import { missing, rounds, row, used } from './rows.mjs';

const ROUNDS = rounds(15, 2);
const MAJOR = 24;

/** What each peer runs; `{agent}` is an agent of the Agent Client Protocol that ends each turn at once. */
const COMMANDS = {
  acpx: {
    version: ['dist/cli.js', '--version'],
    exec: ['dist/cli.js', '--agent', '{agent}', 'exec', 'hello'],
  },
  'claude-code-router': { version: ['dist/cli.js', 'version'] },
  ccusage: { version: ['dist/index.js', '--version'] },
};
const TITLES = { version: '`--version`', exec: '`exec` of an agent with nothing to do' };

const AGENT = `#!/usr/bin/env bash
while IFS= read -r line; do
  [[ $line =~ \\"id\\":([0-9]+|\\"[^\\"]*\\") ]] && id=\${BASH_REMATCH[1]}
  case $line in
    *'"initialize"'*) result='{"protocolVersion":1,"agentCapabilities":{}}' ;;
    *'"session/new"'*) result='{"sessionId":"s"}' ;;
    *) result='{"stopReason":"end_turn"}' ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$result"
done
`;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-bench-'));
const at = (name) => path.join(folder, name);

try {
  const node = nodeOf(MAJOR);
  if ('why' in node) missing('', node.why);
  else measureAll(node.path);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measureAll(node) {
  prepare();
  const router = path.join(root, 'bin', 'llm-router.cjs');
  const ours = {
    version: [node, router, '--version'],
    exec: [node, router, 'exec', '--config', at('bench.yaml'), '-a', 'me', '--json', 'hello'],
  };
  for (const [name, commands] of Object.entries(COMMANDS)) {
    const peer = installed(PEERS[name]);
    if ('why' in peer) {
      missing(name, peer.why);
      continue;
    }
    used(name, peer.version);
    for (const [what, [file, ...args]] of Object.entries(commands)) {
      const filled = args.map((arg) => arg.replace('{agent}', at('agent')));
      const theirs = [node, path.join(peer.folder, file), ...filled];
      compare({ id: `${name}.${what}`, title: TITLES[what], name, ours: ours[what], theirs });
    }
  }
}

function prepare() {
  const tool = 'tools: { noop: { binary: cat, args: [], billing: free } }';
  writeFileSync(at('bench.yaml'), `version: 1\nagents: { me: { preferred_tool: noop } }\n${tool}\n`);
  writeFileSync(at('agent'), AGENT);
  chmodSync(at('agent'), 0o755);
}

function compare({ id, title, name, ours, theirs }) {
  const both = { ours: { wall: [], cpu: [] }, theirs: { wall: [], cpu: [] } };
  const commands = { ours: quoted(ours), theirs: quoted(theirs) };
  const options = { env: homeIn(folder), cwd: folder };
  for (const command of Object.values(commands)) worksOrThrows(command, options);
  for (let round = 0; round < ROUNDS; round++)
    for (const [who, command] of Object.entries(commands)) {
      const { wall, cpu } = measureShell(command, 1, options);
      both[who].wall.push(wall);
      both[who].cpu.push(cpu);
    }
  for (const [kind, unit] of Object.entries({ cpu: 'ms CPU', wall: 'ms' }))
    row({ id: `${id}.${kind}`, title, unit, ours: both.ours[kind], beside: name, theirs: both.theirs[kind] });
}

/** A program that fails at once is quick. */
function worksOrThrows(command, options) {
  execFileSync('bash', ['-c', `${command} </dev/null >/dev/null`], {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function quoted(words) {
  return words.map((word) => `"${word}"`).join(' ');
}
