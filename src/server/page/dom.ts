type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | null>>;

/** An element. All texts become text nodes, so that nothing that a tool or a caller wrote is read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Writes a text, if it is another one: a node that stays keeps the selection of the reader. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A width or position in percent, which an attribute could not set under the policy of the page. */
export function setShare(node: HTMLElement, property: 'width' | 'left', share: number): void {
  node.style.setProperty(property, `${Math.min(100, Math.max(0, share * 100)).toFixed(2)}%`);
}

/** Renders a part again when what it shows has changed. */
export function part<T>(parent: HTMLElement, render: (value: T) => readonly Child[]): (value: T) => void {
  let shown: string | null = null;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === shown) return;
    shown = now;
    parent.replaceChildren(...render(value).filter((child) => child !== null));
  };
}

/** Makes the children of a parent those of a list, by their keys; what is there already stays, with its state. */
export function keyed<T>(
  parent: HTMLElement,
  by: {
    key: (value: T) => string;
    make: (value: T) => { node: HTMLElement; update: (value: T) => void };
  },
): (values: readonly T[]) => void {
  const known = new Map<string, ReturnType<typeof by.make>>();
  // What is there already, such as the head of a table, stays in front.
  const inFront = parent.childElementCount;
  return (values) => {
    const keys = new Set(values.map(by.key));
    for (const [key, { node }] of known) {
      if (keys.has(key)) continue;
      node.remove();
      known.delete(key);
    }
    values.forEach((value, index) => {
      const key = by.key(value);
      const entry = known.get(key) ?? by.make(value);
      known.set(key, entry);
      entry.update(value);
      const there = parent.children[inFront + index] ?? null;
      if (there !== entry.node) parent.insertBefore(entry.node, there);
    });
  };
}

/** A section with a heading. */
export function card(title: string, ...children: readonly Child[]): HTMLElement {
  const id = `card-${title.toLowerCase().replaceAll(' ', '-')}`;
  const head = el('div', { class: 'card-head' }, el('h2', { id }, title));
  return el('section', { class: 'card', 'aria-labelledby': id }, head, ...children);
}

/** What stands where there is nothing to show. */
export function empty(text: string, hint: string | null = null): HTMLElement {
  return el(
    'p',
    { class: 'empty' },
    text,
    hint === null ? null : el('span', { class: 'hint' }, ...code(hint)),
  );
}

/** A text in which what stands between backticks is shown as code; an odd one is only a character. */
export function code(text: string): Child[] {
  return text.split(/`([^`]+)`/).map((piece, index) => (index % 2 === 0 ? piece : el('code', {}, piece)));
}

/** One choice of a few, as a row of radio buttons. */
export function segmented<T extends string>(
  legend: string,
  options: readonly (readonly [value: T, label: string])[],
  by: { chosen: T; onChange: (value: T) => void },
): HTMLElement {
  const name = legend.toLowerCase().replaceAll(' ', '-');
  const choices = options.map(([value, label]) => {
    const input = el('input', { type: 'radio', name, value, checked: value === by.chosen });
    input.addEventListener('change', () => by.onChange(value));
    return el('label', {}, input, el('span', {}, label));
  });
  return el('fieldset', { class: 'segmented' }, el('legend', { class: 'hidden' }, legend), ...choices);
}
