import type { AttemptStatus, FailureStatus, RunStatus, TokenStatus } from '../status/document.js';
import { code, el, setShare } from './dom.js';
import { basisText, costText, count, pair, plural, took } from './format.js';
import { kindOf, statusPill } from './pills.js';
import { clock, utc } from './time.js';

/** One run in detail: why this tool, what was tried, what it cost. */
export function detail(run: RunStatus): HTMLElement {
  return el(
    'div',
    { class: 'detail' },
    run.failure === null ? null : el('div', { class: 'wide' }, ...failureNodes(run.failure)),
    ...run.warnings.map((text) => el('p', { class: 'wide warning' }, ...code(`warning: ${text}`))),
    el('div', { class: 'blocks' }, block('Why this tool', planNode(run)), block('Run', factsNode(run))),
    el(
      'div',
      { class: 'blocks' },
      block('What was tried', attemptsNode(run)),
      run.events.length === 0 ? null : block('In between', eventsNode(run)),
      run.prompt === null ? null : block('Prompt', el('pre', {}, run.prompt)),
      run.answer === null ? null : block('Answer', el('pre', {}, run.answer)),
    ),
  );
}

function block(title: string, content: HTMLElement): HTMLElement {
  return el('div', { class: 'block' }, el('h3', {}, title), content);
}

function planNode({ candidates, rejected, tool, model }: RunStatus): HTMLElement {
  const chosen = candidates.map((one) => {
    const isUsed = one.tool === tool && one.model === model;
    const reasons = one.because.map(({ rule, detail, at }) =>
      el(
        'li',
        {},
        el('span', { class: 'rule' }, rule),
        ' ',
        ...code(detail),
        at === null ? null : el('span', { class: 'muted' }, ` (${at})`),
      ),
    );
    return el(
      'li',
      { class: isUsed ? 'used' : null },
      el('span', { class: 'strong' }, pair(one)),
      isUsed ? el('span', { class: 'tag' }, 'used last') : null,
      el('ul', {}, ...reasons),
    );
  });
  const refused = rejected.map((one) =>
    el(
      'li',
      { class: 'rejected' },
      el('span', { class: 'strong' }, pair(one)),
      ' ',
      el('span', { class: 'rule bad' }, one.reason),
      ...code(` ${one.detail}`),
      one.hint === null ? null : el('div', { class: 'hint' }, ...code(`hint: ${one.hint}`)),
    ),
  );
  if (chosen.length + refused.length === 0)
    return el('p', { class: 'muted' }, 'It ended before there was a plan.');
  return el(
    'div',
    {},
    el('ol', { class: 'plan' }, ...chosen),
    refused.length === 0 ? null : el('ul', { class: 'plan' }, ...refused),
  );
}

function attemptsNode(run: RunStatus): HTMLElement {
  if (run.attempts.length === 0) return el('p', { class: 'muted' }, 'Nothing was started.');
  return el('ol', { class: 'attempts' }, ...run.attempts.map((attempt) => attemptNode(attempt, run)));
}

function attemptNode(attempt: AttemptStatus, run: RunStatus): HTMLElement {
  const { n, status, failure, usage, cost, first_output_ms: first, argv } = attempt;
  const parts = [
    took(attempt.latency_ms),
    first === null ? null : `first output after ${took(first)}`,
    callsText(attempt.calls),
    tokensText(usage),
    cost === null ? null : `${costText(cost)} (${basisText(cost)})`,
  ];
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'line' },
      el('span', { class: 'strong' }, `${n}. ${pair(attempt)}`),
      statusPill({ status, failure }),
    ),
    spanNode(attempt, run),
    el('div', { class: 'muted' }, parts.filter((text) => text !== null).join(' · ')),
    ...(failure === null ? [] : failureNodes(failure)),
    argv === null ? null : el('code', { class: 'command' }, argv.join(' ')),
  );
}

/** When in the run the attempt was under way. */
function spanNode(
  { started_at: started, latency_ms: ms, status }: AttemptStatus,
  run: RunStatus,
): HTMLElement | null {
  if (started === null || ms === null || run.latency_ms === null || run.latency_ms <= 0) return null;
  const fill = el('span', { 'data-kind': kindOf(status) });
  const left = (Date.parse(started) - Date.parse(run.started_at)) / run.latency_ms;
  setShare(fill, 'left', left);
  setShare(fill, 'width', Math.min(ms / run.latency_ms, 1 - Math.min(1, Math.max(0, left))));
  return el('div', { class: 'span', 'aria-hidden': 'true' }, fill);
}

function failureNodes({
  type,
  message,
  hint,
  http_status: http,
  exit_code: exit,
  stderr,
}: FailureStatus): HTMLElement[] {
  const codes = [http === null ? null : `HTTP ${http}`, exit === null ? null : `exit ${exit}`].filter(
    (text) => text !== null,
  );
  const more = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
  return [
    el('p', { class: 'failure' }, el('span', { class: 'rule bad' }, type), ...code(` ${message}${more}`)),
    ...(hint === null ? [] : [el('p', { class: 'hint' }, ...code(`hint: ${hint}`))]),
    ...(stderr === null || stderr.trim() === '' ? [] : [el('pre', { class: 'stderr' }, stderr)]),
  ];
}

function callsText(calls: AttemptStatus['calls']): string | null {
  if (calls === null) return null;
  const failed = calls.failed === 0 ? '' : `, ${count(calls.failed)} failed`;
  return `${plural(calls.count, 'call')} to its provider${failed}`;
}

function tokensText(usage: TokenStatus | null): string | null {
  if (usage === null) return null;
  const parts: [name: string, tokens: number | null][] = [
    ['in', usage.input],
    ['cached', usage.cached],
    ['out', usage.output],
  ];
  const known = parts.flatMap(([name, tokens]) => (tokens === null ? [] : [`${count(tokens)} ${name}`]));
  return known.length === 0 ? null : `${known.join(', ')} tokens`;
}

function eventsNode({ events }: RunStatus): HTMLElement {
  const lines = events.map(({ type, at, text }) =>
    el(
      'li',
      {},
      at === null ? null : el('time', { datetime: at, title: utc(at), class: 'muted' }, clock(at)),
      ' ',
      ...code(text === '' ? type : text),
    ),
  );
  return el('ul', { class: 'events' }, ...lines);
}

function factsNode(run: RunStatus): HTMLElement {
  const facts: [title: string, text: string | null][] = [
    ['id', run.id],
    ['trace', run.trace_id],
    ['session', run.session],
    ['called by', run.source_agent ?? run.parent_id],
    ['policy', run.policy === null ? null : `${run.policy}, access ${run.access ?? '?'}`],
    ['served by', run.response_model === run.model ? null : run.response_model],
    ['prompt', run.prompt_chars === null ? null : `${count(run.prompt_chars)} characters`],
    ['answer', run.answer_chars === null ? null : `${count(run.answer_chars)} characters`],
  ];
  const rows = facts.flatMap(([title, text]) =>
    text === null ? [] : [el('dt', {}, title), el('dd', {}, text)],
  );
  return el(
    'div',
    {},
    el('dl', { class: 'run-facts' }, ...rows),
    el('p', { class: 'hint' }, ...code(`All of it: \`llm-router trace show ${run.id}\``)),
  );
}
