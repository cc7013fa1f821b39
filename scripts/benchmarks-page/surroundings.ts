import type { Group, Recorded } from './recorded.js';

/** The machine, the day and the version; with their benchmarks where these were recorded on several. */
export function machineText({ groups }: Recorded): string {
  const texts = groups.map(({ machine, at, version }) => {
    const { processor, cores, memoryGib, system } = machine;
    return `${processor}, ${cores} cores, ${memoryGib} GiB of memory, ${system}; llm-router ${version}, ${at}`;
  });
  const distinct = [...new Set(texts)];
  if (distinct.length === 1) return `Recorded on: ${distinct[0]}.`;
  const namesOf = (text: string) =>
    groups.filter((_, index) => texts[index] === text).map(({ name }) => name);
  return distinct.map((text) => `- ${namesOf(text).join(', ')}: ${text}`).join('\n');
}

/** Versions and load of one run, and what it left out. */
export function runText({ used, load, missing, quick }: Group): string {
  const versions = Object.entries(used)
    .map(([name, version]) => (name.startsWith('Node ') ? `Node ${version}` : `${name} ${version}`))
    .sort();
  const [before, after] = load;
  const left = missing.map(({ id, why }) => `Not measured: ${id === '' ? '' : `\`${id}\`, `}${why}.`);
  const few = quick ? ['**Of a quick run: too few rounds for a comparison.**'] : [];
  return [`${versions.join(', ')}; load ${before} before, ${after} after.`, ...few, ...left].join(' ');
}
