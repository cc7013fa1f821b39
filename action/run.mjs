// Second step of the action: runs `llm-router exec` or `llm-router config validate`, and reports what came of it.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addSummary, annotateError, fenced, ignoreCommands, setOutputs, startOf } from './workflow.mjs';

/** GitHub refuses an output over 1 MiB and a summary over 1 MiB. */
const LARGEST_OUTPUT = 1_000_000;
const LARGEST_PART_OF_SUMMARY = 200_000;

const commands = { exec: runExec, validate: runValidate };
const command = commands[input('COMMAND')];
if (command === undefined) {
  annotateError('llm-router', `\`command\` is \`exec\` or \`validate\`, not \`${input('COMMAND')}\``);
  process.exitCode = 64;
} else process.exitCode = await command();

async function runValidate() {
  const strict = input('STRICT') === 'true' ? ['--strict'] : [];
  const args = ['config', 'validate', '--format', 'github', ...strict, '--', ...lines('CONFIG')];
  const { code, trouble } = await run(args, { stdin: null, captured: false });
  if (trouble !== null) annotateError('llm-router', trouble);
  setOutputs({ status: code === 0 ? 'succeeded' : 'failed', 'exit-code': code });
  addSummary(`### llm-router: the config is ${code === 0 ? 'valid' : 'not valid'}`);
  return code;
}

async function runExec() {
  const prompt = input('PROMPT');
  const args = [
    'exec',
    '--json',
    ...lines('CONFIG').flatMap((file) => ['--config', file]),
    ...option('--agent', 'AGENT'),
    ...option('--prompt-file', 'PROMPT_FILE'),
    ...lines('CONTEXT').flatMap((file) => ['--context', file]),
    ...option('--max-cost', 'MAX_COST'),
    ...option('--timeout', 'TIMEOUT'),
    ...(prompt === '' ? ['--no-stdin'] : []),
    ...lines('ARGUMENTS'),
  ];
  const resume = ignoreCommands();
  const { code, stdout, trouble } = await run(args, { stdin: prompt === '' ? null : prompt, captured: true });
  resume();
  const document = parsed(stdout);
  const story = document === null ? '' : await storyOf(document.id);
  setOutputs(outputsOf(document, code));
  addSummary(summaryOf(document, { code, story }));
  if (code === 0) return 0;
  annotateError('llm-router', reasonOf(document) ?? trouble ?? `llm-router ended with exit code ${code}`);
  return input('ALLOW_FAILURE') === 'true' ? 0 : code;
}

/** The outputs of a run; `document` is `null` where llm-router printed none, as with an argument that it does not have. */
function outputsOf(document, code) {
  const text = document?.text ?? '';
  const file = path.join(
    mkdtempSync(path.join(process.env.RUNNER_TEMP ?? tmpdir(), 'llm-router-')),
    'answer.txt',
  );
  writeFileSync(file, text);
  return {
    text: startOf(text, LARGEST_OUTPUT),
    'text-file': file,
    status: document?.status ?? 'invalid',
    failure: document?.failure?.type,
    'exit-code': code,
    cost_usd: document?.cost?.usd,
    tokens: document?.usage?.total_tokens,
    tool: document?.tool,
    model: document?.model,
    trace: document?.id,
  };
}

function summaryOf(document, { code, story }) {
  if (document === null) return `### llm-router: no run (exit code ${code})`;
  const { status, agent, tool, model, attempts, cost, usage, latency_ms, failure, text } = document;
  const unknown = attempts.length === 0 ? '-' : 'unknown';
  const pair = [tool, model].filter((name) => name !== null).join(' ');
  const rows = [
    ['agent', agent ?? '-'],
    ['tool and model', pair === '' ? '-' : pair],
    ['cost', cost?.usd == null ? unknown : `$${cost.usd}`],
    ['tokens', usage?.total_tokens ?? unknown],
    ['time', `${(latency_ms / 1000).toFixed(1)} s`],
    ...(failure === null ? [] : [['failure', `${failure.type} (exit code ${code})`]]),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${cell(String(value))} |`).join('\n');
  const parts = [`### llm-router: ${status}\n\n| | |\n|---|---|\n${table}`];
  if (failure !== null) parts.push(fenced(startOf(reasonOf(document), LARGEST_PART_OF_SUMMARY)));
  if (text !== null && text !== '') parts.push(folded('Answer', text));
  if (story !== '') parts.push(folded('What happened', story));
  return parts.join('\n\n');
}

/** What went wrong, and what to do; `null`: nothing is known. */
function reasonOf(document) {
  const { message, hint = null } = document?.failure ?? {};
  if (message === undefined) return null;
  return hint === null ? message : `${message}\nhint: ${hint.replaceAll('\n', '\n      ')}`;
}

function folded(title, text) {
  const shown = startOf(text, LARGEST_PART_OF_SUMMARY);
  const note = shown.length < text.length ? '\n\nThe rest is left out here.' : '';
  return `<details><summary>${title}</summary>\n\n${fenced(shown)}${note}\n\n</details>`;
}

function cell(text) {
  return text.replace(/[\\`*_{}[\]<>|#!~]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}

/** The run as `trace show` tells it; empty if its trace cannot be read. */
async function storyOf(id) {
  const { code, stdout } = await run(['trace', 'show', id, '--color', 'never'], {
    stdin: null,
    captured: true,
    // A run that never began has no trace, which is no second error.
    isSilent: true,
  });
  return code === 0 ? stdout : '';
}

/** Runs llm-router to its end; `trouble` is why it could not be started, or `null`. A signal, as of a cancelled job, is passed on, so that its outcome can still be reported. */
function run(args, { stdin, captured, isSilent = false }) {
  const executable = process.env.LLM_ROUTER_EXECUTABLE;
  const isScript = /\.[cm]?js$/.test(executable);
  const [file, all] = isScript ? [process.execPath, [executable, ...args]] : [executable, args];
  // What goes to stderr is shown where stdout is, so that it stays between the lines that keep GitHub from reading it.
  const stdio = [stdin === null ? 'ignore' : 'pipe', captured ? 'pipe' : 'inherit', isSilent ? 'ignore' : 1];
  const child = spawn(file, all, { stdio });
  const pass = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  // A run that ends before it has read its prompt says why by itself.
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: 127, stdout: '', trouble: `cannot start ${executable}: ${error.message}` });
    });
    child.once('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString(), trouble: null });
    });
  });
}

function parsed(stdout) {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}

function input(name) {
  return process.env[`INPUT_${name}`] ?? '';
}

function lines(name) {
  return input(name)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

function option(flag, name) {
  return input(name) === '' ? [] : [flag, input(name)];
}
