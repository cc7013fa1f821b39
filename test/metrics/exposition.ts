/** One line of the text format. */
export interface SampleLine {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The samples of a text in the format of Prometheus; fails on a line that is none. */
export function samplesOf(text: string): SampleLine[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = match;
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    return {
      name,
      labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
      value: Number(value),
    };
  });
}

/** The values of one metric, by the values of its labels in their order: `openai api gpt-9 succeeded`. */
export function seriesOf(text: string, name: string): Record<string, number> {
  const own = samplesOf(text).filter((sample) => sample.name === name);
  return Object.fromEntries(own.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
}
