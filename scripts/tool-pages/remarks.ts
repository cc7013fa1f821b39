/** The evidence for a statement in a tool's definition. */
export type Ground = 'measured' | 'docs' | 'open';

/** A statement of a comment in a definition, and the key below it. */
export interface Remark {
  ground: Ground;
  /** `args` or `output: usage`. */
  subject: string;
  /** Empty: the subject itself is the statement. */
  text: string;
}

/** Adjacent comment lines, joined, and the line below them. */
interface Block {
  text: string;
  /** The key of the tool that contains it. */
  section: string | null;
  next: readonly string[];
}

const MARK = /(?:^|(?<=\. ))(Docs and measured|Measured|Docs|Open)(?=[:.])/g;
const MENTION = /\b(measured|docs|open)\b/i;

/** The first comment of a definition. */
export function headOf(yaml: string): string {
  return joined(
    yaml.split('\n').slice(
      0,
      yaml.split('\n').findIndex((line) => !line.startsWith('#')),
    ),
  );
}

/** The version that a definition was measured with; `null` when nothing was measured. */
export function measuredVersion(yaml: string): string | null {
  return /"measured" below: version (\d+(?:\.\d+)+)/.exec(headOf(yaml))?.[1] ?? null;
}

/** Every statement that is marked as measured, documented or open, in the order of the file. */
export function remarksOf(yaml: string): Remark[] {
  return blocksOf(yaml).flatMap((block) =>
    statementsOf(block.text).map(({ ground, text }) => ({ ground, text, subject: subjectOf(block) })),
  );
}

function blocksOf(yaml: string): Block[] {
  const lines = yaml.split('\n');
  const blocks: Block[] = [];
  let section: string | null = null;
  for (let start = lines.findIndex((line) => !line.startsWith('#')); start < lines.length; ) {
    const length = lines.slice(start).findIndex((line) => !/^\s*#/.test(line));
    const next = length === -1 ? [] : lines.slice(start + length, start + length + 2);
    section = /^ {4}(\w+):/.exec(next[0] ?? '')?.[1] ?? section;
    if (length > 0) blocks.push({ text: joined(lines.slice(start, start + length)), section, next });
    start += length === -1 ? lines.length : Math.max(length, 1);
  }
  return blocks;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^\s*# ?/, '').trim()).join(' ');
}

/** The parts of a comment, each after its mark; text before the first mark belongs to it, unless it has its own evidence. */
function statementsOf(text: string): { ground: Ground; text: string }[] {
  const starts = [...text.matchAll(MARK)].map(({ index }) => index);
  const [first] = starts;
  if (first !== undefined && first > 0 && MENTION.test(text.slice(0, first))) starts.unshift(0);
  else starts[0] = 0;
  const parts = starts.map((start, index) => text.slice(start, starts[index + 1]).trim());
  return parts.flatMap((part) => {
    const ground = groundOf(part);
    return ground === null ? [] : [{ ground, text: withoutMark(part) }];
  });
}

function groundOf(part: string): Ground | null {
  const marks = [...part.matchAll(MARK)].map(([mark]) => mark.toLowerCase());
  const mark = marks.at(-1) ?? (MENTION.exec(part.replace(/\bopen\b/g, ''))?.[1] ?? '').toLowerCase();
  if (mark === 'open') return 'open';
  if (mark.includes('measured') || /\bmeasured\b/.test(part)) return 'measured';
  return mark === 'docs' ? 'docs' : null;
}

function withoutMark(part: string): string {
  const [mark = ''] = /^(Measured|Docs|Open)[:.] ?/.exec(part) ?? [];
  const rest = part.slice(mark.length);
  return mark === '' ? rest : rest.charAt(0).toUpperCase() + rest.slice(1);
}

function subjectOf({ section, next }: Block): string {
  const [line = '', after = ''] = next.map((each) => each.trim());
  if (section === null) return 'the definition';
  if (line.startsWith(`${section}:`)) return section;
  return `${section}: ${itemOf(line, after)}`;
}

/** A key, the type of a failure rule, or an argument with its value. */
function itemOf(line: string, after: string): string {
  const type = /^- (?:\{ )?type: (\w+)/.exec(line)?.[1];
  if (type !== undefined) return type;
  const key = /^([\w$-]+):/.exec(line)?.[1];
  if (key !== undefined) return key;
  const item = line.replace(/^- /, '');
  return /^-\w$/.test(item) && after.startsWith('- ') ? `${item} ${after.slice(2)}` : item;
}
