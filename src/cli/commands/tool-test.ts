import path from 'node:path';
import type { Selector } from '../../config/types.js';
import { cancelled } from '../../deadline.js';
import { cut } from '../../diagnostics/width.js';
import { toUsd } from '../../domain/cost.js';
import { failureDocument, usageDocument } from '../../domain/document.js';
import { exitCodeOf, type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { readAnyFile } from '../../files/any-file.js';
import { type Capture, type CaptureReading, testTool } from '../../router/tool-test.js';
import type { World } from '../../world.js';
import { commandRouter, loadCommandConfig, usableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { fileTrouble } from '../file-trouble.js';
import { printFailure, reportEarly } from '../report.js';
import { type Column, renderTable } from '../table.js';

/** The options of `tool test`, as the argument parser gives them. */
export interface ToolTestOptions {
  stdout?: string;
  stderr?: string;
  outputFile?: string;
  usageFile?: string;
  exit: number;
  json?: boolean;
}

/** `tool test`: what a definition finds in a saved output; exits 0 for an answer, else as `exec` would. */
export async function runToolTest(
  context: CommandContext,
  tool: string,
  options: ToolTestOptions,
): Promise<number> {
  const { world } = context;
  const usable = usableConfig(await loadCommandConfig(context));
  if (!usable.ok) return reportEarly(context, usable.error);
  const capture = await captureOf(world, options);
  if (!capture.ok) return reportEarly(context, { failure: capture.error });
  const router = commandRouter(context, usable.value);
  const given = {
    tool,
    capture: capture.value,
    cwd: world.cwd,
    nowMs: world.clock.now(),
    redact: context.output.redactor().text,
  };
  const read = await testTool(router, given).finally(() => router.close());
  if (!read.ok) return reportEarly(context, { failure: read.error });
  for (const option of missingFiles(read.value, options))
    await context.output.warn(`the definition reads a file that is not given: \`${option} <file>\``);
  return print(context, tool, read.value);
}

async function captureOf(world: World, options: ToolTestOptions): Promise<Result<Capture, Failure>> {
  const { stdout, stderr, outputFile, usageFile, exit: exitCode } = options;
  const named = [
    { option: '--stdout', file: stdout },
    { option: '--stderr', file: stderr },
    { option: '--output-file', file: outputFile },
    { option: '--usage-file', file: usageFile },
  ];
  if (named.every(({ file }) => file === undefined))
    return err(
      failure('usage', 'no saved output is named', {
        hint: 'give `--stdout <file>`, or `--output-file <file>`',
      }),
    );
  const contents: (Buffer | null)[] = [];
  for (const { option, file } of named) {
    const read = file === undefined ? ok(null) : await bytesOf(world, option, file);
    if (!read.ok) return read;
    contents.push(read.value);
  }
  const [out, error, answer, usage] = contents;
  const nothing = new Uint8Array();
  return ok({
    stdout: out ?? nothing,
    stderr: error ?? nothing,
    outputFile: answer ?? null,
    usageFile: usage ?? null,
    exitCode,
  });
}

/** Of a saved output: as much as a run may keep. */
const MAX_CAPTURE_BYTES = 256 * 1024 * 1024;

async function bytesOf(
  { cwd, signal }: World,
  option: string,
  name: string,
): Promise<Result<Buffer, Failure>> {
  try {
    return ok(await readAnyFile(path.resolve(cwd, name), { maxBytes: MAX_CAPTURE_BYTES, signal }));
  } catch (error) {
    if (signal.aborted) return err(cancelled(signal.reason));
    return err(failure('input', `cannot read \`${name}\` (${option}): ${fileTrouble(error)}`));
  }
}

/** Options for the files that the definition reads and that are not given. */
function missingFiles({ results }: CaptureReading, given: ToolTestOptions): string[] {
  const reads = (from: string) =>
    results.some(({ selector }) => 'from' in selector && selector.from === from);
  return [
    ...(reads('output_file') && given.outputFile === undefined ? ['--output-file'] : []),
    ...(reads('usage_file') && given.usageFile === undefined ? ['--usage-file'] : []),
  ];
}

async function print(
  { output }: CommandContext,
  tool: string,
  { outcome, results }: CaptureReading,
): Promise<number> {
  const failed = outcome.failure;
  if (output.format === 'json') await output.json(documentOf(tool, { outcome, results }));
  else {
    const rows = results.map(({ field, selector, found }) => [
      field,
      selectorText(selector),
      foundText(found),
    ]);
    const head =
      failed === null ? `an answer of ${outcome.text.length} characters` : `a failure: ${failed.type}`;
    await output.data(
      `${renderTable(COLUMNS, rows, Number.POSITIVE_INFINITY)}\n\n${tool} reads it as ${head}\n`,
    );
  }
  for (const warning of outcome.warnings) await output.warn(warning);
  if (failed === null) return 0;
  await printFailure(output, failed);
  return exitCodeOf(failed);
}

function documentOf(tool: string, { outcome, results }: CaptureReading): object {
  const { failure: failed, text, data, usage, finishReason, reportedCostMicroUsd: cost } = outcome;
  return {
    tool,
    is_answer: failed === null,
    exit: failed === null ? 0 : exitCodeOf(failed),
    text,
    data: data ?? null,
    usage: usageDocument(usage),
    cost_usd: cost === null ? null : toUsd(cost),
    finish_reason: finishReason,
    response_model: outcome.responseModel,
    tool_session_id: outcome.toolSessionId,
    failure: failureDocument(failed),
    selectors: results.map(({ field, selector, found }) => ({
      field,
      selector: selectorText(selector),
      found: found ?? null,
    })),
    warnings: outcome.warnings,
  };
}

const COLUMNS: readonly Column[] = [{ title: 'FIELD' }, { title: 'SELECTOR' }, { title: 'FOUND' }];

/** A selector as a definition would write it on one line; a filter as JSON. */
function selectorText(selector: CaptureReading['results'][number]['selector']): string {
  if (!isSelector(selector)) return JSON.stringify(selector);
  const from = selector.from === 'stdout' ? '' : `${selector.from}: `;
  if (selector.kind === 'regex') return `${from}/${selector.regex}/ (${selector.take})`;
  const event = selector.event === null ? '' : ` of ${JSON.stringify(selector.event)}`;
  return `${from}${selector.pointer || '(whole)'}${event} (${selector.take})`;
}

function isSelector(value: object): value is Selector {
  return 'kind' in value && 'take' in value;
}

const FOUND_WIDTH = 60;

function foundText(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (typeof found === 'boolean') return found ? 'seen' : 'not seen';
  return cut(JSON.stringify(found), FOUND_WIDTH);
}
