// What a stranger does first with a program that was installed: a config, a run, a library call, a budget that ends it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { version: VERSION } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The budget has room for two runs: the third could cost more than is left. */
const CONFIG = {
  version: 1,
  agents: { me: { preferred_tool: 'canned', preferred_model: 'm' } },
  tools: {
    canned: {
      kind: 'mock',
      billing: 'api',
      models: ['m'],
      responses: [{ text: 'hi', usage: { input_tokens: 4, output_tokens: 6 } }],
    },
  },
  models: { m: { id: 'm', max_output_tokens: 1000, cost_per_1m_tokens: { input: 1, output: 400 } } },
  policies: { default: { budget: { daily_usd: 0.404, limit: { type: 'hard' } } } },
};

/**
 * Uses an installed program in `folder`, which gets a config. Throws where it does not do what it should.
 * @param {{ folder: string, env: Record<string, string>, program: string[], between?: () => void }} given `program` is what starts it;
 *   `between` is called after the first run, before those that the budget refuses
 */
export function useAsStranger({ folder, env, program, between }) {
  writeFileSync(path.join(folder, 'llm-router.yaml'), JSON.stringify(CONFIG));
  const router = (...args) => output([...program, ...args], { folder, env });
  const exec = (...args) => router('exec', '-a', 'me', '--no-stdin', ...args, 'hello');
  assert.deepEqual(router('--version'), { status: 0, stdout: `${VERSION}\n`, stderr: '' });
  assert.deepEqual(exec(), { status: 0, stdout: 'hi\n', stderr: '' });
  between?.();
  exec();
  const refused = exec('--json');
  assert.equal(JSON.parse(refused.stdout).failure.type, 'budget_exceeded', refused.stdout + refused.stderr);
  const doctor = router('doctor', '--json');
  assert.match(doctor.stdout, /"canned"/, doctor.stderr);
}

/** Runs a program to its end. */
export function output([file, ...args], { folder, env }) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: folder, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
