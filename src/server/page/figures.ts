import type { StatusDocument, TodayStatus } from '../status/document.js';
import { el, part } from './dom.js';
import { compact, count, plural, share, sumText, took } from './format.js';

interface Tile {
  title: string;
  value: string;
  /** What belongs to it; `kind` colours what needs a look. */
  notes: readonly { text: string; kind?: 'bad' | 'warn' }[];
}

/** The key figures of the day. */
export function figures(): { node: HTMLElement; show: (document: StatusDocument) => void } {
  const list = el('dl', { class: 'figures' });
  const show = part<readonly Tile[]>(list, (tiles) => tiles.map(tileNode));
  const node = el('section', { 'aria-label': 'Key figures of today (UTC)' }, list);
  return { node, show: (document) => show(tilesOf(document)) };
}

function tileNode({ title, value, notes }: Tile): HTMLElement {
  const lines = notes.map(({ text, kind }) => el('span', { class: kind ?? null }, text));
  return el(
    'div',
    { class: 'tile' },
    el('dt', {}, title),
    el('dd', { class: 'value' }, value),
    el('dd', { class: 'notes' }, ...lines),
  );
}

function tilesOf({ today, runs, server }: StatusDocument): Tile[] {
  const now = nowTile(runs.running.length, server);
  if (today === null)
    return [now, { title: 'Today', value: '?', notes: [{ text: 'the ledger cannot be read' }] }];
  return [
    now,
    requestsTile(today),
    successTile(today),
    latencyTile(today),
    costTile(today),
    tokensTile(today),
  ];
}

function nowTile(running: number, { active, waiting, max_concurrent: most }: StatusDocument['server']): Tile {
  const notes: Tile['notes'] = [
    { text: `${count(active)} of ${count(most)} at this server` },
    ...(waiting > 0 ? [{ text: `${plural(waiting, 'request')} waiting`, kind: 'warn' as const }] : []),
  ];
  return { title: 'Running now', value: count(running), notes };
}

/** Cancelled runs are no failures of a tool: the charts count them apart too. */
export function requestsTile({ invocations, failures, failure_types: types, fallbacks }: TodayStatus): Tile {
  const cancelled = types.cancelled ?? 0;
  const failed = failures - cancelled;
  return {
    title: 'Runs today',
    value: count(invocations),
    notes: [
      failed > 0 ? { text: `${count(failed)} failed`, kind: 'bad' } : { text: 'none failed' },
      ...(cancelled > 0 ? [{ text: `${count(cancelled)} cancelled` }] : []),
      { text: plural(fallbacks, 'fallback') },
    ],
  };
}

function successTile({ invocations, failures, failure_types: types }: TodayStatus): Tile {
  const [worst] = Object.entries(types).sort(([, a], [, b]) => b - a);
  const note = worst === undefined ? 'no failures' : `most often ${worst[0]} (${count(worst[1])})`;
  return { title: 'Answered', value: share(invocations - failures, invocations), notes: [{ text: note }] };
}

function latencyTile({ p50_ms: p50, p95_ms: p95 }: TodayStatus): Tile {
  return { title: 'Latency p50', value: took(p50), notes: [{ text: `p95 ${took(p95)}` }] };
}

function costTile(today: TodayStatus): Tile {
  const { without_price: unknown } = today;
  return {
    title: 'Cost today',
    value: sumText(today),
    notes: [
      unknown === 0
        ? { text: 'all of it known' }
        : { text: `${plural(unknown, 'run')} without a price`, kind: 'warn' },
    ],
  };
}

function tokensTile({ total_tokens: tokens, without_tokens: unknown }: TodayStatus): Tile {
  const note = unknown === 0 ? 'since 00:00 UTC' : `${plural(unknown, 'run')} without a count`;
  return { title: 'Tokens today', value: compact(tokens), notes: [{ text: note }] };
}
