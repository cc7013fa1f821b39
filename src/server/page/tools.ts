import type { StatusDocument, ToolStatus } from '../status/document.js';
import { card, code, el, empty, part } from './dom.js';
import { count, plural, share, took } from './format.js';
import { timeLeft } from './time.js';

type Shown = Pick<StatusDocument, 'tools' | 'other_tools'>;

/** Health, use and cooldowns of each tool. */
export function tools(): { node: HTMLElement; show: (document: Shown) => void } {
  const list = el('ul', { class: 'rows' });
  const foot = el('p', { class: 'foot' });
  const showList = part<StatusDocument['tools']>(list, (all) =>
    all.length === 0
      ? [el('li', {}, empty('No tool is installed or configured.', 'See `llm-router doctor`.'))]
      : all.map(toolNode),
  );
  const showFoot = part<number>(foot, (others) =>
    others === 0
      ? []
      : [
          `${plural(others, 'other tool')} of the catalogue ${others === 1 ? 'is' : 'are'} neither used nor installed.`,
        ],
  );
  return {
    node: card('Tools', list, foot),
    show: (document) => {
      showList([...document.tools].sort(troubledFirst));
      showFoot(document.other_tools);
    },
  };
}

const ORDER: Readonly<Record<ToolStatus['state'], number>> = { unavailable: 0, cooling: 1, ready: 2 };

function troubledFirst(a: ToolStatus, b: ToolStatus): number {
  return ORDER[a.state] - ORDER[b.state] || a.name.localeCompare(b.name);
}

const STATES: Readonly<Record<ToolStatus['state'], [word: string, kind: string]>> = {
  ready: ['ready', 'good'],
  cooling: ['cooling down', 'warn'],
  unavailable: ['not available', 'bad'],
};

function toolNode(tool: ToolStatus): HTMLElement {
  const [word, kind] = STATES[tool.state];
  const isUnavailable = tool.state === 'unavailable';
  return el(
    'li',
    { class: 'tool' },
    el(
      'div',
      { class: 'line' },
      el('span', { class: 'strong' }, tool.name),
      el('span', { class: 'pill', 'data-kind': kind }, word),
    ),
    el('div', { class: 'muted' }, [tool.kind, tool.billing, useText(tool)].join(' · ')),
    isUnavailable ? el('div', { class: 'bad' }, ...code(tool.reason ?? '')) : null,
    isUnavailable && tool.hint !== null ? el('div', { class: 'hint' }, ...code(`hint: ${tool.hint}`)) : null,
    ...tool.cooldowns.map((one) =>
      el(
        'div',
        { class: 'warn' },
        `${one.model ?? 'all models'}: ${one.reason}, again in `,
        timeLeft(one.until),
      ),
    ),
    todayNode(tool),
  );
}

function useText({ running, waiting, limits }: ToolStatus): string {
  if (running === null) return 'use unknown';
  const slots = limits?.concurrency ?? null;
  const parts = [
    slots === null ? `${count(running)} running` : `${count(running)} of ${plural(slots, 'slot')} in use`,
    waiting === null || waiting === 0 ? null : `${count(waiting)} waiting`,
    startsText('minute', limits?.per_minute ?? null, limits?.starts_in_minute ?? null),
    startsText('hour', limits?.per_hour ?? null, limits?.starts_in_hour ?? null),
  ];
  return parts.filter((text) => text !== null).join(', ');
}

function startsText(window: string, most: number | null, starts: number | null): string | null {
  return most === null ? null : `${starts ?? '?'} of ${count(most)} starts per ${window}`;
}

function todayNode({ today }: ToolStatus): HTMLElement | null {
  if (today === null) return null;
  const { invocations, failures, p50_ms: p50, p95_ms: p95 } = today;
  const failed =
    failures === 0
      ? el('span', {}, 'all answered')
      : el('span', { class: 'bad' }, `${count(failures)} not answered (${share(failures, invocations)})`);
  const latency = p50 === null ? '' : `, p50 ${took(p50)}, p95 ${took(p95)}`;
  return el('div', { class: 'muted' }, `today ${plural(invocations, 'run')}, `, failed, latency);
}
