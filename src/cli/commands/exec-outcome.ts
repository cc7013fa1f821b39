import { exitCodeOf, type Failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import type { AnswerFile } from '../answer-file.js';
import { sayClosing } from '../closing-line.js';
import type { CommandContext } from '../context.js';
import { outputFormat } from '../formats/format.js';
import type { OutputFormat } from '../formats/output-format.js';
import { sayRunFailure } from '../narrate.js';
import type { StdoutFormat } from '../output.js';
import { printFailure } from '../report.js';

/** Writes the answer, prints remaining messages, and returns the exit code. */
export async function conclude(
  context: CommandContext,
  given: {
    shown: OutputFormat;
    invocation: Invocation;
    /** Where `-o` puts the answer. */
    file: AnswerFile | null;
    /** Warnings that were printed during the run. */
    reported: ReadonlySet<string>;
  },
): Promise<number> {
  const { file } = given;
  const { format } = context.output;
  const unwritten = await writeAnswer(file, given.invocation.text);
  const invocation = unwritten === null ? given.invocation : undelivered(given.invocation, unwritten, format);
  // The whole answer matters more than a field of it.
  const shown = unwritten === null ? given.shown : outputFormat(context, { live: false, field: null });
  await shown.finished(invocation, file !== null && unwritten === null);
  const warnings = invocation.warnings.filter((warning) => !given.reported.has(warning));
  for (const warning of warnings) await context.output.warn(warning);
  if (invocation.failure === null) {
    await sayClosing(context, invocation);
    return 0;
  }
  if (unwritten !== null) await printFailure(context.output, invocation.failure);
  else await sayRunFailure(context, invocation);
  return exitCodeOf(invocation.failure);
}

async function writeAnswer(file: AnswerFile | null, text: string | null): Promise<Failure | null> {
  return file === null || text === null ? null : file.write(text);
}

/** The run was paid for, so its answer stays in the document, or goes to stdout. */
function undelivered(invocation: Invocation, unwritten: Failure, format: StdoutFormat): Invocation {
  const place = format === 'text' ? 'on stdout' : 'in `text` of the document on stdout';
  const failed: Failure = { ...unwritten, hint: `the answer is ${place}` };
  return { ...invocation, status: 'failed', failure: failed };
}
