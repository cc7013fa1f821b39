import { anyWord, list, map } from './containers.js';
import { flag, oneOf, text } from './kinds.js';
import { filter, filters, finishReason, RUN_SOURCES, selector } from './selectors.js';

const counts = {
  input_tokens: selector('Input tokens'),
  cache_read_tokens: selector('Input tokens read from a cache'),
  cache_write_tokens: selector('Input tokens written to a cache'),
  cache_write_1h_tokens: selector('Input tokens written to a cache that lives one hour'),
  output_tokens: selector('Output tokens'),
  reasoning_tokens: selector('Reasoning tokens'),
  input_includes_cache: flag('Input tokens count cached ones too').default(false),
  output_includes_reasoning: flag('Output tokens count reasoning too').default(false),
};

const usage = map('Where token counts stand', {
  ...counts,
  cumulative: oneOf('`session`: counts and cost of a resumed session are its totals; the difference counts', [
    'session',
  ]).as((scope) => scope === 'session'),
});

const session = map(
  'What is read after a run that ended well, for selectors with `from: session`: the output of a second command, or a file',
  {
    args: list('Arguments of the tool with which it prints that; at most five seconds', anyWord()).runs(),
    file: text(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      'The file, `${VAR}` filled in; a path without a slash at its start is in the working directory',
    ).reads(),
  },
);

/** `output` of a command tool: how its output is read; without one the whole of stdout is the answer. */
export const OUTPUT = {
  format: oneOf('`text`, `json` (one value) or `ndjson` (events, one a line)', ['text', 'json', 'ndjson'])
    .default('text')
    .withSynonyms({ jsonl: 'ndjson', 'json-lines': 'ndjson', jsonlines: 'ndjson', 'stream-json': 'ndjson' }),
  from: oneOf('Where the output stands', RUN_SOURCES).default('stdout'),
  text: selector('The answer'),
  deltas: selector('Live text, on events'),
  restart: filter(
    'The event after which the tool writes its answer again: what it showed before does not count',
  ),
  no_activity: filters(
    'Events that show no work yet; with access `edit` or `full` any other output counts as work',
  ),
  activity: selector('What shows the tool at work'),
  changed_files: selector('Files that the tool changes: a failure names them'),
  waiting: selector(
    'What the tool waits for before it tries again: a timeout names it, and failure rules match it',
  ),
  success: filter('What a finished answer must show'),
  end: filter('The event without which the stream counts as cut off'),
  cut: filter(
    'The event that shows that the tool asked for the rest of a cut answer: a success then has a warning',
  ),
  cut_answers: oneOf(
    '`not_visible`: an answer that the provider cut looks like a whole one; `doctor` says so',
    ['visible', 'not_visible'],
  ),
  usage,
  usage_so_far: map(
    'Where token counts stand while the tool works, if those of `usage` come only with its answer: for the cost so far that a terminal shows',
    counts,
  ),
  cost_usd: selector("The tool's own cost figure in USD"),
  tool_session_id: selector("The tool's session"),
  session: session.orNull(),
  response_model: selector('The model that answered'),
  finish_reason: finishReason,
  data: selector("The answer's structured value"),
  error: map('Where errors stand; what failure rules match', {
    message: selector('Message of the error'),
    status: selector('HTTP status of the error'),
    code: selector('Code of the error'),
  }),
  at_exit: flag('The tool prints only when done: no idle clock').default(false),
};
