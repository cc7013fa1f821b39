import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfigFiles } from '../../src/config-files/load.js';
import { recordTrust, trustFile, trustOf, trustSubject } from '../../src/config-files/trust.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-trust-')));
  mkdirSync(path.join(root, 'p'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const TOOL = 'tools: { bot: { binary: bot, args: [go] } }\n';
const AGENT = 'agents: { a: { preferred_tool: bot, system: hi } }\n';

describe('trust', () => {
  it('depends only on what may run, not on where it is written', async () => {
    const before = await hashOf(`version: 1\n${TOOL}${AGENT}`);
    expect(await hashOf(`version: 1\n${AGENT}${TOOL}# comment\n`)).toBe(before);
    expect(await hashOf(`version: 1\n${AGENT.replace('hi', 'bye')}${TOOL}`)).toBe(before);
    expect(await hashOf(`version: 1\n${AGENT}tools: { bot: { args: [go], binary: bot } }\n`)).toBe(before);
  });

  it.each([
    ['a command', TOOL.replace('[go]', '[rm]'), AGENT],
    ['a variable', TOOL.replace('args:', 'env_vars: { A: b }, args:'), AGENT],
    ['access', TOOL, AGENT.replace('system: hi', 'system: hi, access: full')],
    ['a file that is sent', TOOL, AGENT.replace('system: hi', 'system_file: /etc/passwd')],
    ['a schema that is sent', TOOL, AGENT.replace('system: hi', 'schema: ~/credentials.json')],
    ['the policy of an agent', TOOL, AGENT.replace('system: hi', 'policy: lax')],
    ['a cap', TOOL, AGENT.replace('system: hi', 'max_cost_usd: 5000')],
    ['a tool that is chosen', TOOL, AGENT.replace('bot', 'codex')],
    ['the default agent', TOOL, `${AGENT}default_agent: a\n`],
    ['a model id', TOOL, `${AGENT}models: { sonnet: { id: --yolo } }\n`],
    ['a price', TOOL, `${AGENT}models: { sonnet: { cost_per_1m_tokens: { input: 0, output: 0 } } }\n`],
    ['a tier', TOOL, `${AGENT}tiers: { fast: opus }\n`],
    ['a policy', TOOL, `${AGENT}policies: { default: { privacy: { log_prompts: true } } }\n`],
    ['where traces go', TOOL, `${AGENT}traces: { dir: /tmp/x }\n`],
    ['what is kept', TOOL, `${AGENT}audit: { retention_days: 91 }\n`],
  ])('ends with a change of %s', async (_what, tool, agent) => {
    const before = await hashOf(`version: 1\n${TOOL}${AGENT}`);
    expect(await hashOf(`version: 1\n${tool}${agent}`)).not.toBe(before);
  });

  it('does not end with a harmless change', async () => {
    const config = (note: string) => `version: 1
x-team: ${note}
${TOOL}agents: { a: { description: ${note}, system: ${note}, x-note: ${note}, preferred_tool: bot } }
models: { sonnet: { priced_at: ${note}, task_suitability: [${note}] } }\n`;
    expect(await hashOf(config('one'))).toBe(await hashOf(config('two')));
  });

  it('ends when a path resolves to another file, and not when a missing file is created', async () => {
    const config = 'version: 1\nagents: { a: { system_file: link.md, schema: later.json } }\n';
    for (const name of ['one.md', 'two.md']) writeFileSync(path.join(root, name), name);
    symlinkSync('../one.md', path.join(root, 'p/link.md'));
    const before = await hashOf(config);
    writeFileSync(path.join(root, 'p/later.json'), '{}');
    expect(await hashOf(config)).toBe(before);
    rmSync(path.join(root, 'p/link.md'));
    symlinkSync('../two.md', path.join(root, 'p/link.md'));
    expect(await hashOf(config)).not.toBe(before);
  });

  it('ends when a program given by its path becomes a link', async () => {
    const config = 'version: 1\ntools: { bot: { binary: ./bot, args: [] } }\n';
    writeFileSync(path.join(root, 'p/bot'), '');
    const before = await hashOf(config);
    rmSync(path.join(root, 'p/bot'));
    symlinkSync('/bin/sh', path.join(root, 'p/bot'));
    expect(await hashOf(config)).not.toBe(before);
  });

  it('belongs to a folder by its real path', async () => {
    write(`version: 1\n${TOOL}`);
    const subject = await subjectIn('p');
    await recordTrust(context(), subject);
    symlinkSync(path.join(root, 'p'), path.join(root, 'link'));
    expect(await stateIn('link')).toBe(true);
    mkdirSync(path.join(root, 'other'));
    writeFileSync(path.join(root, 'other/llm-router.yaml'), `version: 1\n${TOOL}`);
    expect(await stateIn('other')).toBe(false);
  });

  it('keeps earlier trusted projects', async () => {
    mkdirSync(path.join(root, 'q'));
    write(`version: 1\n${TOOL}`);
    writeFileSync(path.join(root, 'q/llm-router.yaml'), `version: 1\n${TOOL}`);
    await recordTrust(context(), await subjectIn('p'));
    await recordTrust(context(), await subjectIn('q'));
    expect([await stateIn('p'), await stateIn('q')]).toEqual([true, true]);
  });

  it.each(['', '{', 'null', '[]', '{"projects":[]}', '{"projects":{"/x":1}}'])(
    'is not given by the damaged record %j, which is written anew',
    async (damaged) => {
      write(`version: 1\n${TOOL}`);
      mkdirSync(path.dirname(trustFile(context())), { recursive: true });
      writeFileSync(trustFile(context()), damaged);
      chmodSync(trustFile(context()), 0o644);
      expect(await stateIn('p')).toBe(false);
      await recordTrust(context(), await subjectIn('p'));
      expect(await stateIn('p')).toBe(true);
      expect(statSync(trustFile(context())).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(trustFile(context()), 'utf8')).version).toBe(1);
    },
  );

  it('shows everything that it covers', async () => {
    write(`version: 1
default_agent: a
tools:
  bot: { binary: ./x, args: ["a b", ["--m", "{model}"]], grace: 1s, env_vars: { NODE_OPTIONS: "--require ./hook.js" } }
  codex: { timeout: 1m, access_args: { read: [--yolo] } }
  api: { kind: http, api: openai-chat, base_url: "https://a.test/v1", headers: { X-Id: "\${AWS_KEY}" }, models: [m] }
agents: { a: { preferred_tool: bot, access: full, system: hi, system_file: s.md, schema: /etc/schema.json } }
models: { m: { priced_at: 2026-11-01, cost_per_1m_tokens: { input: 0, output: 0, above: [{ input_tokens: 1, input: 1, output: 1 }] } } }
policies: { default: { budget: [], privacy: { redact: ["a\\u001bb"] } } }
traces: { dir: ~/traces }
x-mine: 1\n`);
    const { allows } = await subjectIn('p');
    expect(
      allows.map((line) => line.replaceAll(root, '<root>').replace(/codex exec .*/, 'codex exec …')),
    ).toEqual([
      `tool bot: ./x "a b" [--m {model}]`,
      'tool codex: codex exec …',
      'tool api: sends prompts to https://a.test/v1, without a key',
      'runs with tools.bot.binary: ./x (<root>/p/x)',
      'runs with tools.bot.env_vars.NODE_OPTIONS: --require ./hook.js',
      'runs with tools.codex.access_args.read: [--yolo]',
      'runs with agents.a.access: full',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      'sends tools.api.headers.X-Id: ${AWS_KEY}',
      'sends agents.a.system_file: s.md (<root>/p/s.md)',
      'sends agents.a.schema: /etc/schema.json',
      'writes traces.dir: ~/traces (<root>/home/traces)',
      'sets default_agent: a',
      'sets tools.bot.grace: 1s',
      'sets tools.codex.timeout: 1m',
      'sets tools.api.api: openai-chat',
      'sets tools.api.models: [m]',
      'sets agents.a.preferred_tool: bot',
      'sets models.m.cost_per_1m_tokens.input: 0',
      'sets models.m.cost_per_1m_tokens.output: 0',
      'sets models.m.cost_per_1m_tokens.above[0].input_tokens: 1',
      'sets models.m.cost_per_1m_tokens.above[0].input: 1',
      'sets models.m.cost_per_1m_tokens.above[0].output: 1',
      'sets policies.default.budget: []',
      'sets policies.default.privacy.redact: ["a\\u001bb"]',
    ]);
  });

  it('reports when nothing that runs is added', async () => {
    write('version: 1\nagents: { a: { preferred_tool: codex, system: hi } }\n');
    expect((await subjectIn('p')).allows).toEqual([
      'chooses among the tools that you have, and adds nothing to run',
      'sets agents.a.preferred_tool: codex',
    ]);
  });
});

function write(text: string): void {
  writeFileSync(path.join(root, 'p/llm-router.yaml'), text);
}

function context() {
  return {
    env: { XDG_STATE_HOME: path.join(root, 'state') },
    home: path.join(root, 'home'),
  };
}

async function load(folder: string) {
  return loadConfigFiles({
    explicit: [],
    env: {},
    cwd: path.join(root, folder),
    home: path.join(root, 'home'),
  });
}

async function subjectIn(folder: string) {
  const subject = await trustSubject(await load(folder), context());
  if (subject === null) throw new Error(`no config in ${folder}`);
  return subject;
}

async function hashOf(text: string): Promise<string> {
  write(text);
  return (await subjectIn('p')).hash;
}

async function stateIn(folder: string): Promise<boolean> {
  return (await trustOf(await load(folder), context())).trusted;
}
