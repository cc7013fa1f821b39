import { segmented } from './dom.js';
import { kept } from './storage.js';

type Theme = 'auto' | 'light' | 'dark';

const KEPT = kept('local', 'llm-router.theme');

/** The switch between light, dark, and what the system prefers; `onChange` is called too when the system changes its mind. */
export function themeSwitch(onChange: () => void): HTMLElement {
  const chosen = stored();
  apply(chosen);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  const options = [
    ['auto', 'Auto'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const;
  return segmented('Theme', options, {
    chosen,
    onChange: (theme) => {
      KEPT.set(theme);
      apply(theme);
      onChange();
    },
  });
}

function stored(): Theme {
  const text = KEPT.get();
  return text === 'light' || text === 'dark' ? text : 'auto';
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
