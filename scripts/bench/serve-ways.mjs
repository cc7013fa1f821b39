// The servers that `serve` is measured beside, each in a process of its own, in front of one provider.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { env, homeIn } from './measure.mjs';
import { installed, PEERS } from './packages.mjs';
import { used } from './rows.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const START_LIMIT_MS = 60_000;
const JSON_TYPE = { 'content-type': 'application/json' };
const CHAT = '/v1/chat/completions';

/** A script of this folder, as a process that ends with this one. */
export function forked(file, args = []) {
  return fork(path.join(root, 'scripts/bench', file), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env,
  });
}

/**
 * Each way by its name: how it is started (`{ port, child }`, or `{ why }` it cannot be), what is sent, and whether it is another program.
 *
 * @param {{ folder: string, upstream: number }} given a folder for homes, and the port of the provider
 */
export function waysTo({ folder, upstream }) {
  const base = `http://127.0.0.1:${upstream}/v1`;
  return {
    direct: {
      start: async () => ({ port: upstream, child: null }),
      path: CHAT,
      headers: JSON_TYPE,
      body: bodyOf('m'),
    },
    'node proxy': {
      isOther: true,
      start: () => startProxy(upstream),
      path: CHAT,
      headers: JSON_TYPE,
      body: bodyOf('m'),
    },
    portkey: {
      isOther: true,
      start: startPortkey,
      path: CHAT,
      headers: {
        ...JSON_TYPE,
        authorization: 'Bearer none',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': base,
      },
      body: bodyOf('m'),
    },
    // It serves the API of Anthropic alone, and calls the same provider by that of OpenAI.
    'claude-code-router': {
      isOther: true,
      start: () => startClaudeCodeRouter(folder, base),
      path: '/v1/messages',
      headers: JSON_TYPE,
      body: bodyOf('provider,m', { max_tokens: 100 }),
    },
    serve: {
      start: () => startServe({ home: path.join(folder, 'serve'), base }),
      path: CHAT,
      headers: JSON_TYPE,
      body: bodyOf('me'),
    },
    'serve without traces': {
      isOther: true,
      start: () =>
        startServe({ home: path.join(folder, 'bare'), base, more: 'traces: { enabled: false }\n' }),
      path: CHAT,
      headers: JSON_TYPE,
      body: bodyOf('me'),
    },
  };
}

/** The body of a request, by whether it asks for a stream. */
function bodyOf(model, more = {}) {
  const messages = [{ role: 'user', content: 'hello' }];
  return (stream) => JSON.stringify({ model, messages, stream, ...more });
}

async function startProxy(upstream) {
  const child = forked('proxy.mjs', [String(upstream)]);
  const [{ port }] = await once(child, 'message');
  return { port, child };
}

async function startPortkey() {
  const found = installed(PEERS.portkey);
  if ('why' in found) return found;
  used('portkey', found.version);
  const port = await freePort();
  const file = path.join(found.folder, 'build/start-server.js');
  const child = spawn(process.execPath, [file, `--port=${port}`, '--headless'], {
    cwd: found.folder,
    env,
    stdio: 'ignore',
  });
  return listening({ port, child });
}

async function startClaudeCodeRouter(folder, base) {
  const found = installed(PEERS['claude-code-router']);
  if ('why' in found) return found;
  used('claude-code-router', found.version);
  const port = await freePort();
  const home = path.join(folder, 'claude-code-router');
  mkdirSync(path.join(home, '.claude-code-router'), { recursive: true });
  const provider = {
    name: 'provider',
    api_base_url: `${base}/chat/completions`,
    api_key: 'x',
    models: ['m'],
  };
  const config = {
    LOG: false,
    HOST: '127.0.0.1',
    PORT: port,
    NON_INTERACTIVE_MODE: true,
    Providers: [provider],
    Router: { default: 'provider,m' },
  };
  writeFileSync(path.join(home, '.claude-code-router/config.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [path.join(found.folder, 'dist/cli.js'), 'start'], {
    cwd: home,
    env: { ...env, HOME: home },
    stdio: 'ignore',
  });
  return listening({ port, child });
}

async function startServe({ home, base, more = '' }) {
  mkdirSync(home);
  const config = path.join(home, 'bench.yaml');
  writeFileSync(
    config,
    `version: 1
agents: { me: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-chat, base_url: '${base}', models: [m], billing: free } }
${more}`,
  );
  const port = await freePort();
  const file = path.join(root, 'bin/llm-router.cjs');
  const child = spawn(process.execPath, [file, 'serve', '--config', config, '--port', String(port)], {
    env: homeIn(home),
    cwd: home,
    stdio: 'ignore',
  });
  return listening({ port, child });
}

/** A port that is free now: other programs do not say which one they have taken. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The same once it answers at all; `{ why }` it does not. */
async function listening({ port, child }) {
  const endMs = performance.now() + START_LIMIT_MS;
  while (performance.now() < endMs && child.exitCode === null && child.signalCode === null) {
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return { port, child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  return {
    why: child.exitCode === null ? 'it does not listen after a minute' : `it ended with ${child.exitCode}`,
  };
}
