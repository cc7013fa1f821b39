import { patternTrouble } from '../../regex/pattern.js';
import { finding } from '../finding.js';
import { at, child, isTree, type Path, type Tree } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { conditionsIn, selectorsIn, timeRegexesIn } from './selectors.js';

/** A selector or filter that can find nothing: no valid pointer, no way to search, or keys that exclude each other or have no meaning. */
export const badSelector: Rule = {
  code: 'config/bad-selector',
  check(context) {
    const selectors = selectorsIn(context).flatMap(({ path, value }) => {
      const isFaulty = context.faults.isDoubtful(path) || context.faults.hasFaultInside(path);
      const trouble = isFaulty
        ? null
        : (selectorTrouble(value, path.at(-1) === 'finish_reason') ??
          numberTrouble(value, path) ??
          sourceTrouble(value, sessionOf(context, path)));
      if (trouble === null) return [];
      const message = `the selector of ${describePath(path)} ${trouble.message}`;
      const where = trouble.key === null ? path : [...path, trouble.key];
      return [finding(context, { code: this.code, path: where, message, hint: trouble.hint })];
    });
    const conditions = conditionsIn(context).flatMap(({ path }) => {
      const trouble = pointerTrouble(String(path.at(-1)), null);
      if (trouble === null) return [];
      const message = `a condition of ${describePath(path.slice(0, -1))} ${trouble.message}`;
      return [finding(context, { code: this.code, path, what: 'key', message, hint: trouble.hint })];
    });
    const sessions = entries(context, 'tools').flatMap(({ path }) => {
      const place = [...path, 'output', 'session'];
      const named = sessionOf(context, place);
      if (!isTree(named) || context.faults.isDoubtful(place) || 'args' in named !== 'file' in named)
        return [];
      const message = `${describePath(place)} must have one of \`args\` and \`file\``;
      return [finding(context, { code: this.code, path: place, message, hint: null })];
    });
    const times = timeRegexesIn(context).flatMap(({ path, value }) => {
      if (context.faults.isDoubtful(path) || hasGroup(String(value), 'time')) return [];
      const message = `the regular expression of ${describePath(path)} has no group \`time\``;
      return [
        finding(context, { code: this.code, path, message, hint: 'write `(?<time>…)` around the time' }),
      ];
    });
    return [...selectors, ...conditions, ...times, ...sessions];
  },
};

interface Trouble {
  message: string;
  /** The key of the selector that is at fault; `null`: the whole. */
  key: string | null;
  hint: string | null;
}

function selectorTrouble(value: unknown, isFinishReason: boolean): Trouble | null {
  if (typeof value === 'string') return pointerTrouble(value, null);
  if (!isTree(value)) return null;
  if (isFinishReason && ('select' in value || 'map' in value)) return mapTrouble(value);
  const ways = WAYS.filter((way) => way in value);
  const [way] = ways;
  if (way === undefined || ways.length > 1) {
    return { message: 'must have exactly one of `pointer`, `keys` and `regex`', key: null, hint: null };
  }
  const other = MEANINGLESS[way].find((key) => key in value);
  if (other !== undefined)
    return { message: `cannot have \`${other}\` with \`${way}\``, key: other, hint: null };
  const text = value[way];
  if (typeof text !== 'string') return null;
  return way === 'regex' ? groupTrouble(text, child(value, 'group')) : pointerTrouble(text, way);
}

function sessionOf(context: RuleContext, [tools = '', tool = '']: Path): unknown {
  return at(context.merged.value, [tools, tool, 'output', 'session']);
}

/** `from: session` where the output names none. */
function sourceTrouble(value: unknown, session: unknown): Trouble | null {
  if (child(value, 'from') !== 'session' || isTree(session)) return null;
  return {
    message: 'reads `session`, which `output` of the tool does not name',
    key: 'from',
    hint: 'name the command or file: `session: { args: […] }` or `session: { file: … }`',
  };
}

/** Keys of numbers in a selector whose value is none. */
function numberTrouble(value: unknown, path: Path): Trouble | null {
  if (!isTree(value)) return null;
  const allowed = numberKeys(path);
  const key = ['zero', 'minus', 'unit'].find((each) => each in value && !allowed.includes(each));
  if (key === undefined) return null;
  return key === 'unit'
    ? {
        message: 'cannot have `unit`: its value is not a wait',
        key,
        hint: '`unit` is for selectors of `retry_after`',
      }
    : {
        message: `cannot have \`${key}\`: its value is not a number`,
        key,
        hint: `\`${key}\` is for selectors of \`usage\`, \`cost_usd\`, \`error.status\` and \`retry_after\``,
      };
}

/** The keys of numbers that have a meaning at a place: `tools.x.output.…` or `tools.x.failures[0].retry_after`. */
function numberKeys([, , part, first, second, ...rest]: Path): readonly string[] {
  if (part === 'output') {
    const isNumber =
      ['usage', 'usage_so_far', 'cost_usd'].some((key) => key === first) ||
      (first === 'error' && second === 'status');
    return isNumber ? ['zero', 'minus'] : [];
  }
  if (second === 'reset_at') return ['zero'];
  return rest.includes('minus') ? ['zero', 'minus'] : ['zero', 'minus', 'unit'];
}

const WAYS = ['pointer', 'keys', 'regex'] as const;

/** Keys that have no meaning beside each way to search. */
const MEANINGLESS: Readonly<Record<(typeof WAYS)[number], readonly string[]>> = {
  pointer: ['group'],
  keys: ['after', 'group'],
  regex: ['event', 'after'],
};

function mapTrouble(value: Tree): Trouble | null {
  const extra = Object.keys(value).find((key) => !['select', 'map'].includes(key) && !key.startsWith('x-'));
  if (extra !== undefined)
    return { message: `cannot have \`${extra}\` with \`map\``, key: extra, hint: 'put it under `select`' };
  return 'select' in value ? null : { message: 'needs the key `select` beside `map`', key: null, hint: null };
}

/** `/a/0/*`, with `~0` and `~1` for `~` and `/`; empty for the whole. */
function pointerTrouble(pointer: string, key: string | null): Trouble | null {
  if (pointer !== '' && !pointer.startsWith('/')) {
    return {
      message: `must start with \`/\`, but is \`${pointer}\``,
      key,
      hint: `write \`/${pointer.replaceAll('.', '/')}\``,
    };
  }
  if (!/~(?![01])/.test(pointer)) return null;
  return {
    message: `has a \`~\` without \`0\` or \`1\` after it: \`${pointer}\``,
    key,
    hint: 'write `~0` for `~` and `~1` for `/`',
  };
}

function groupTrouble(regex: string, group: unknown): Trouble | null {
  return (typeof group !== 'string' && typeof group !== 'number') || hasGroup(regex, String(group))
    ? null
    : { message: `names the group \`${group}\`, which \`regex\` does not have`, key: 'group', hint: null };
}

/** Whether a regular expression has a group, by number or name; one that does not compile may have it. */
function hasGroup(regex: string, group: string): boolean {
  if (patternTrouble(regex) !== null) return true;
  const groups = new RegExp(`${regex}|`).exec('') ?? [];
  return /^\d+$/.test(group) ? Number(group) < groups.length : Object.hasOwn(groupNames(groups), group);
}

function groupNames(match: readonly string[] | RegExpExecArray): object {
  return 'groups' in match ? (match.groups ?? {}) : {};
}
