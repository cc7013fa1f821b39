// How a step talks to GitHub Actions: files for outputs and the summary, commands on stdout.
// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Writes the outputs of this step; `null` is the empty text. */
export function setOutputs(outputs) {
  const lines = Object.entries(outputs).map(([name, value]) => {
    const end = `end-${randomUUID()}`;
    return `${name}<<${end}\n${value ?? ''}\n${end}\n`;
  });
  append(process.env.GITHUB_OUTPUT, lines.join(''));
}

/** Adds Markdown to the summary of this step. */
export function addSummary(markdown) {
  append(process.env.GITHUB_STEP_SUMMARY, `${markdown}\n`);
}

/** An error shown on the page of the job. */
export function annotateError(title, message) {
  const data = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::error title=${title}::${data}\n`);
}

/** Prevents that what a tool prints is taken for a command to GitHub Actions. Returns the end of it. */
export function ignoreCommands() {
  const token = randomUUID();
  process.stdout.write(`::stop-commands::${token}\n`);
  return () => process.stdout.write(`::${token}::\n`);
}

/** Text as a block of Markdown that it cannot leave. */
export function fenced(text) {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

/** The longest start of `text` within `bytes` of UTF-8, without half a character. */
export function startOf(text, bytes) {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = bytes;
  while ((all[end] & 0xc0) === 0x80) end -= 1;
  return all.toString('utf8', 0, end);
}

function append(file, text) {
  if (file === undefined || file === '') process.stdout.write(text);
  else appendFileSync(file, text);
}
