import type { StatusDocument } from '../status/document.js';
import { card, el, empty, part, setShare, setText } from './dom.js';
import { count, RANGE_NAMES } from './format.js';

/** What failed how often in the range of the charts. */
export function failures(): { node: HTMLElement; show: (timeline: StatusDocument['timeline']) => void } {
  const list = el('ul', { class: 'words' });
  const span = el('span', { class: 'muted' });
  const show = part<Words>(list, (words) => {
    const most = Math.max(...words.map(([, number]) => number));
    return words.length === 0
      ? [el('li', {}, empty('No failures in this time.'))]
      : words.map((one) => wordNode(one, most));
  });
  const node = card('Failures', list);
  node.querySelector('.card-head')?.append(span);
  return {
    node,
    show: (timeline) => {
      setText(span, timeline === null ? '' : `last ${RANGE_NAMES[timeline.range]}`);
      show(wordsOf(timeline));
    },
  };
}

type Words = [word: string, number: number][];

function wordsOf(timeline: StatusDocument['timeline']): Words {
  const sums = new Map<string, number>();
  for (const { failure_types: types } of timeline?.steps ?? [])
    for (const [word, number] of Object.entries(types)) sums.set(word, (sums.get(word) ?? 0) + number);
  return [...sums].sort(([, a], [, b]) => b - a);
}

function wordNode([word, number]: Words[number], most: number): HTMLElement {
  const fill = el('span', { 'data-kind': word === 'cancelled' ? 'idle' : 'bad' });
  setShare(fill, 'width', number / most);
  return el(
    'li',
    {},
    el('span', { class: 'rule' }, word),
    el('span', { class: 'track', 'aria-hidden': 'true' }, fill),
    el('span', { class: 'number' }, count(number)),
  );
}
