/** A tool that behaves badly, and the expected result. */
export interface HostileAgent {
  /** Its executable in `agents/`. */
  agent: string;
  /** What it does, for the documentation. */
  does: string;
  /** Type and phase of the failure (`timeout idle`); `null`: its answer counts. */
  failure: string | null;
  /** Exit code of the router. */
  code: number;
  /** The expected answer, where it matters. */
  text?: string | RegExp;
  /** An expected warning. */
  warning?: RegExp;
  /** Limits in its definition that replace the usual ones. */
  tool?: string;
  /** Its prompt [`hello`]. */
  prompt?: string;
  /** The most memory that the router may have used, MiB. */
  memoryMiB?: number;
}

const EVENTS =
  'output: { format: ndjson, text: { event: { /type: text }, pointer: /text }, end: { /type: end } }';
const REPORT = 'output: { format: json, text: /text, success: { /is_error: false } }';
const HUGE = 'x'.repeat(11_000_000);
const ANSWER = { failure: null, code: 0, text: 'answer\n' };

/** What tools do to the processes they start. */
const PROCESSES: readonly HostileAgent[] = [
  {
    agent: 'ignores-sigterm',
    does: 'ignores SIGTERM, SIGINT and SIGHUP',
    failure: 'timeout idle',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'stops-itself',
    does: 'stops itself with SIGSTOP',
    failure: 'timeout idle',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'leaves-child-in-own-session',
    does: 'answers, and leaves a child in a session of its own',
    ...ANSWER,
  },
  {
    agent: 'leaves-child-in-own-group',
    does: 'answers, and leaves a child in a process group of its own',
    ...ANSWER,
  },
  { agent: 'becomes-a-daemon', does: 'forks twice, founds a session, closes every pipe', ...ANSWER },
  {
    agent: 'empties-the-environment',
    does: 'leaves a child without variables or pipes in a session of its own',
    ...ANSWER,
  },
  {
    agent: 'empties-the-environment-and-holds-stdout',
    does: 'leaves an orphan without variables that holds stdout',
    ...ANSWER,
  },
  {
    agent: 'daemon-of-a-dead-session',
    does: 'leaves an orphan without variables or pipes whose session has lost its leader',
    ...ANSWER,
  },
  {
    agent: 'grandchild-holds-stdout',
    does: 'answers, while a grandchild that ignores SIGTERM holds stdout',
    ...ANSWER,
  },
  {
    agent: 'hydra',
    does: 'starts two others for each that is asked to end',
    failure: 'timeout idle',
    code: 124,
    tool: 'idle_timeout: 500ms, grace: 500ms',
  },
  { agent: 'forks-fifty', does: 'answers, and leaves fifty children in fifty sessions', ...ANSWER },
  {
    agent: 'launcher-dies-alone',
    does: 'is a launcher that dies at once while its worker ignores signals',
    failure: 'timeout first_output',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'outlives-its-leader',
    does: 'kills its leader, and leaves the worker',
    failure: 'invalid_response',
    code: 76,
    tool: EVENTS,
  },
  { agent: 'kills-its-parent', does: 'sends SIGTERM to the router', failure: 'cancelled SIGTERM', code: 143 },
];

const CLOCKS: readonly HostileAgent[] = [
  {
    agent: 'silent-for-ever',
    does: 'never says anything',
    failure: 'timeout first_output',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'half-an-answer-then-silence',
    does: 'stops in the middle of its answer',
    failure: 'timeout idle',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'drips-for-ever',
    does: 'says a little for ever',
    failure: 'timeout attempt',
    code: 124,
    tool: 'timeout: 1s',
  },
  {
    agent: 'drips-and-ends',
    does: 'is slow, but never silent for long',
    failure: null,
    code: 0,
    text: '1 2 3 4 5 6 7 8 ',
    tool: 'idle_timeout: 600ms',
  },
  {
    agent: 'closes-its-pipes-and-lives-on',
    does: 'answers, closes its pipes and lives on',
    failure: 'timeout idle',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'exits-0-when-asked-to-end',
    does: 'exits with 0 on SIGTERM',
    failure: 'timeout first_output',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
  {
    agent: 'answers-when-asked-to-end',
    does: 'answers on SIGTERM',
    failure: 'timeout first_output',
    code: 124,
    tool: 'idle_timeout: 500ms',
  },
];

const UNREAD = /did not read the whole prompt/;

const INPUT: readonly HostileAgent[] = [
  {
    agent: 'never-reads-stdin',
    does: 'does not read a prompt of 11 MB',
    ...ANSWER,
    prompt: HUGE,
    warning: UNREAD,
  },
  {
    agent: 'exits-before-reading',
    does: 'exits before it reads a prompt of 11 MB',
    ...ANSWER,
    prompt: HUGE,
    warning: UNREAD,
  },
  {
    agent: 'reads-all-of-stdin',
    does: 'counts a prompt of 11 MB',
    failure: null,
    code: 0,
    text: '11000000\n',
    prompt: HUGE,
  },
  {
    agent: 'waits-for-stdin-to-close',
    does: 'is given its prompt as an argument and reads stdin to its end',
    ...ANSWER,
    tool: 'args: [--, "{prompt}"]',
  },
  { agent: 'asks-on-the-terminal', does: 'asks on the terminal', failure: 'provider_error', code: 1 },
];

const STREAMS: readonly HostileAgent[] = [
  {
    agent: 'floods-stdout',
    does: 'writes lines without end',
    failure: 'invalid_response',
    code: 76,
    tool: 'max_output: 8MiB',
    memoryMiB: 200,
  },
  {
    agent: 'floods-one-line',
    does: 'writes one line without end where events are expected',
    failure: 'invalid_response',
    code: 76,
    tool: EVENTS,
    memoryMiB: 250,
  },
  { agent: 'floods-stderr', does: 'writes 100 MB to stderr before its answer', ...ANSWER, memoryMiB: 150 },
  {
    agent: 'floods-events',
    does: 'writes events without end',
    failure: 'timeout attempt',
    code: 124,
    tool: `timeout: 1500ms, ${EVENTS}`,
    memoryMiB: 150,
  },
  {
    agent: 'floods-noise-then-answers',
    does: 'writes 100 MB that are no events before those',
    failure: null,
    code: 0,
    text: 'answer',
    tool: EVENTS,
    memoryMiB: 200,
  },
  {
    agent: 'unfinished-escapes',
    does: 'starts 5 MB of terminal sequences and ends none',
    failure: null,
    code: 0,
    text: /answer$/,
  },
  {
    agent: 'half-a-json-line',
    does: 'exits with 0 in the middle of its last event',
    failure: 'invalid_response',
    code: 76,
    tool: EVENTS,
  },
  {
    agent: 'deeply-nested-json',
    does: 'nests an event 200,000 deep',
    failure: null,
    code: 0,
    text: 'answer',
    tool: EVENTS,
  },
  {
    agent: 'crlf-events',
    does: 'ends lines by CR LF, after a byte order mark, the last by nothing',
    failure: null,
    code: 0,
    text: 'answer',
    tool: EVENTS,
  },
  {
    agent: 'banner-before-json',
    does: 'writes other lines around its document',
    failure: null,
    code: 0,
    text: 'answer',
    tool: 'output: { format: json, text: /text }',
  },
  {
    agent: 'not-utf8',
    does: 'writes bytes that are not UTF-8',
    failure: null,
    code: 0,
    text: 'a�b��c���',
    warning: /not UTF-8/,
  },
  { agent: 'splits-characters', does: 'writes characters byte by byte', failure: null, code: 0, text: '€😀' },
  { agent: 'nul-bytes', does: 'writes NUL', failure: null, code: 0, text: 'a\0b\0' },
  {
    agent: 'colour-codes',
    does: 'writes colours and links, cut in the middle',
    failure: null,
    code: 0,
    text: 'answer!',
  },
];

const ENDS: readonly HostileAgent[] = [
  {
    agent: 'exits-0-with-nothing',
    does: 'exits with 0 without a word',
    failure: 'invalid_response',
    code: 76,
  },
  {
    agent: 'exits-0-with-white-space',
    does: 'exits with 0 after some white space',
    failure: 'invalid_response',
    code: 76,
  },
  {
    agent: 'exits-0-with-is-error',
    does: 'exits with 0 and reports an error',
    failure: 'provider_error',
    code: 1,
    tool: REPORT,
  },
  {
    agent: 'fails-with-a-good-answer',
    does: 'answers and exits with 3',
    failure: 'provider_error',
    code: 1,
  },
  {
    agent: 'speaks-of-limits',
    does: 'speaks of rate limits in a good answer',
    failure: null,
    code: 0,
    text: /429/,
  },
  { agent: 'writes-only-to-stderr', does: 'answers on stderr alone', failure: 'invalid_response', code: 76 },
  {
    agent: 'dies-by-signal',
    does: 'crashes in the middle of its answer',
    failure: 'provider_error',
    code: 1,
  },
  { agent: 'removes-its-folder', does: 'removes its working directory', ...ANSWER },
  {
    agent: 'has-no-interpreter',
    does: 'names an interpreter that does not exist',
    failure: 'tool_not_found',
    code: 69,
  },
];

/** Every hostile tool, grouped by what it attacks. */
export const HOSTILE: Readonly<Record<string, readonly HostileAgent[]>> = {
  Processes: PROCESSES,
  Clocks: CLOCKS,
  'Standard input': INPUT,
  Streams: STREAMS,
  Ends: ENDS,
};
