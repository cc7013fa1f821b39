import type { RunStatus, RunsStatus } from '../status/document.js';
import { card, el, empty, keyed, setText } from './dom.js';
import { pair, plural } from './format.js';
import { elapsed } from './time.js';

/** The runs that go on. */
export function live(): { node: HTMLElement; show: (runs: RunsStatus) => void } {
  const list = el('ul', { class: 'live' });
  const none = empty('Nothing runs now.', 'Start one: `llm-router exec "…"`, or `POST /rpc`.');
  const update = keyed<RunStatus>(list, { key: ({ id }) => id, make: rowOf });
  const show = (runs: RunsStatus): void => {
    const { running } = runs;
    update(running);
    none.hidden = running.length > 0;
  };
  return { node: card('Running now', list, none), show };
}

function rowOf(run: RunStatus): { node: HTMLElement; update: (run: RunStatus) => void } {
  const who = el('span', { class: 'strong' });
  const what = el('span', {});
  const now = el('span', { class: 'muted' });
  const dot = el('span', { class: 'dot', 'aria-hidden': 'true' });
  const node = el(
    'li',
    { title: run.id },
    dot,
    el('div', { class: 'grow' }, el('div', { class: 'line' }, who, what), now),
    el('span', { class: 'elapsed' }, elapsed(run.started_at)),
  );
  return {
    node,
    update: (latest) => {
      dot.dataset.kind = latest.now?.state === 'running' ? 'busy' : 'warn';
      setText(who, latest.agent ?? 'no agent');
      // One that waits has tried none yet.
      setText(what, pair(latest.tool === null ? (latest.candidates[0] ?? latest) : latest));
      setText(now, nowText(latest));
    },
  };
}

function nowText({ now, attempts, source_agent: source }: RunStatus): string {
  const failed = attempts.filter(({ failure }) => failure !== null);
  const before =
    failed.length === 0
      ? null
      : `${plural(failed.length, 'failed attempt')} (${failed.map(({ failure }) => failure?.type).join(', ')})`;
  const parts = [
    now?.state === 'running' ? now.text : `${now?.state ?? ''}: ${now?.text ?? ''}`,
    before,
    source === null ? null : `called by ${source}`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
