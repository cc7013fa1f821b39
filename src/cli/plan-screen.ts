import type { Preview } from '../adapters/adapter.js';
import type { Paint } from '../diagnostics/paint.js';
import { type Because, pairName, type Rejected } from '../domain/plan.js';
import { previewOfMissing } from '../router/planned.js';
import type { PlanView } from '../router/planned-document.js';
import { shellCommand } from './shell-command.js';
import { countText, plural } from './words.js';

/** How a plan is shown. */
export interface PlanLook {
  paint: Paint;
  /** Whole commands, what rejected candidates would run, and places in files of the program. */
  isVerbose: boolean;
  /** Columns of the terminal; 0 in a pipe, where commands are whole. */
  width: number;
}

/** The plan for people: each candidate with the reasons and what would run, then the rejected ones with the way out. */
export function planScreen({ plan, candidates, rejected }: PlanView, look: PlanLook): string {
  const { paint, isVerbose } = look;
  const agent = plan.agent === null ? 'no agent' : `agent \`${plan.agent}\``;
  const lines = [
    paint.bold(`Plan for ${agent}`) +
      paint.dim(
        `  (policy ${plan.policy}, access ${plan.access}, about ${plural(plan.inputTokens, 'input token')}, at most ${countText(plan.mostInputTokens)})`,
      ),
  ];
  for (const [index, candidate] of plan.candidates.entries()) {
    lines.push(`  ${index + 1}. ${paint.bold(pairName(candidate))}`);
    lines.push(...candidate.because.map((because) => `       ${becauseLine(because, paint)}`));
    const call = candidates[index]?.call;
    if (call !== undefined) lines.push(...callLines(call, look).map((line) => `       ${line}`));
    const gateway = candidates[index]?.gateway ?? null;
    if (gateway !== null) lines.push(`       gateway ${gateway.isUsed ? 'on' : 'off'}: ${gateway.why}`);
  }
  if (plan.candidates.length === 0) lines.push('  no tool can run this request');
  if (rejected.length > 0) lines.push('  rejected:');
  for (const rejection of rejected) {
    lines.push(...rejectedLines(isVerbose ? rejection.names : withoutOwnPlace(rejection.names), paint));
    const preview = isVerbose ? previewOfMissing(rejection) : null;
    if (preview !== null)
      lines.push(`       would ${'request' in preview ? 'send' : 'run'}: ${commandText(preview)}`);
  }
  lines.push(
    ...plan.ignored.map(({ option, tool, detail }) => `  ignored: ${option} for ${tool}: ${detail}`),
  );
  return lines.join('\n');
}

/** A built-in definition is nothing that a user could change. */
function withoutOwnPlace(rejected: Rejected): Rejected {
  return rejected.at?.startsWith(BUILT_IN) === true ? { ...rejected, at: null } : rejected;
}

const BUILT_IN = 'templates/tools/';

/** One rejected pair with its reason and its way out, for lists below a heading. */
export function rejectedLines(rejected: Rejected, paint: Paint): string[] {
  const at = rejected.at === null ? '' : paint.dim(`  (${rejected.at})`);
  const lines = [`     ${pairName(rejected)}: ${rejected.reason}: ${rejected.detail}${at}`];
  if (rejected.hint !== null)
    lines.push(`       ${paint.hint('hint:')} ${rejected.hint.replaceAll('\n', '\n             ')}`);
  return lines;
}

function becauseLine({ rule, detail, at }: Because, paint: Paint): string {
  return `${rule}: ${detail}${at === null ? '' : paint.dim(`  (${at})`)}`;
}

function callLines(call: PlanView['candidates'][number]['call'], look: PlanLook): string[] {
  if (!call.ok) return [`would fail: ${call.error.type}: ${call.error.message}`];
  const { preview } = call.value;
  if ('inProcess' in preview) return ['runs in-process, no command'];
  if ('argv' in preview) return [shortened(`runs: ${commandText(preview)}`, look)];
  const { headers, body } = preview.request;
  return [
    `sends: ${commandText(preview)}`,
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    shortened(`  ${JSON.stringify(body)}`, look),
  ];
}

/** Lines of a terminal that a command may take. */
const COMMAND_LINES = 2;
/** Columns before a command, and those that stay empty where a line is broken at a blank. */
const COMMAND_INDENT = 9;
const RAGGED = 16;
const WHOLE = '… (whole with -v)';

/** A long command is cut on a terminal, at a blank if there is one. By characters: to measure cells would cost every start. */
function shortened(text: string, { isVerbose, width }: PlanLook): string {
  const room = COMMAND_LINES * (width - COMMAND_INDENT) - WHOLE.length - RAGGED;
  if (isVerbose || width === 0 || text.length <= room) return text;
  const start = text.slice(0, Math.max(room, WHOLE.length)).toWellFormed();
  const blank = start.lastIndexOf(' ');
  return `${blank > start.length / 2 ? start.slice(0, blank) : start} ${WHOLE}`;
}

function commandText(preview: Preview): string {
  if ('inProcess' in preview) return 'in-process';
  if ('request' in preview) return `${preview.request.method} ${preview.request.url}`;
  return `${shellCommand(preview.argv)}${preview.stdin === 'prompt' ? '  < prompt' : ''}`;
}
