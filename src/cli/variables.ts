/** A variable that is read or set. */
export interface Variable {
  name: string;
  meaning: string;
}

/** Variables that change what the command does; a flag is stronger than its variable. */
export const OWN_VARIABLES: readonly Variable[] = [
  { name: 'LLM_ROUTER_CONFIG', meaning: 'config file or folder instead of the ones found, like `--config`' },
  { name: 'LLM_ROUTER_TRUST', meaning: '`1`: trust a config that was found by searching' },
  { name: 'LLM_ROUTER_AGENT', meaning: 'the agent, like `exec --agent`' },
  { name: 'LLM_ROUTER_TOOL', meaning: 'the tool, like `exec --tool`' },
  { name: 'LLM_ROUTER_MODEL', meaning: 'the model, like `exec --model`' },
  { name: 'LLM_ROUTER_POLICY', meaning: 'the policy, like `exec --policy`' },
  {
    name: 'LLM_ROUTER_TOKEN',
    meaning:
      'the token that callers of `serve` must send, unless `server.token_env` names another; no tool gets it',
  },
  {
    name: 'LLM_ROUTER_TRACE_DIR',
    meaning: 'the folder of traces, before `traces.dir` of the config; also set for tools',
  },
  { name: 'LLM_ROUTER_LOG_FORMAT', meaning: '`json`: stderr as JSON lines, like `--log-format`' },
  { name: 'LLM_ROUTER_DEBUG', meaning: '`1`: log every decision on stderr with its time, like `-vv`' },
  {
    name: 'LLM_ROUTER_LEDGER',
    meaning:
      'the file of the ledger, or the URL of its PostgreSQL database, before `ledger.path` and `ledger.url` of the config; also set for tools, without a password',
  },
];

/** Variables that are set for every tool; a nested call reads them. */
export const CHILD_VARIABLES: readonly Variable[] = [
  { name: 'LLM_ROUTER_PARENT_ID', meaning: 'id of the invocation that runs the tool' },
  { name: 'LLM_ROUTER_ROOT_ID', meaning: 'id of the outermost invocation' },
  { name: 'LLM_ROUTER_DEPTH', meaning: 'nesting depth, 1 for a tool of the outermost call' },
  { name: 'LLM_ROUTER_SLOTS', meaning: 'slots of limited tools that a nested call shares, by their ids' },
  {
    name: 'LLM_ROUTER_GATEWAY',
    meaning:
      'URL of the gateway of the tool and the provider behind it: a nested call counts its own calls alone',
  },
  {
    name: 'LLM_ROUTER_FAMILY',
    meaning: 'the cap that nested calls share with the outermost call, and how many the tool may make',
  },
  { name: 'TRACEPARENT', meaning: 'the trace, as W3C Trace Context; read and passed on' },
];

/** Variables of other programs that are respected. */
export const FOREIGN_VARIABLES: readonly Variable[] = [
  { name: 'NO_COLOR', meaning: 'not empty: no colours (https://no-color.org)' },
  { name: 'FORCE_COLOR', meaning: 'not empty and not `0`: colours also in a pipe' },
  { name: 'TERM', meaning: '`dumb`: no colours and no spinner' },
  { name: 'CI', meaning: 'set: no spinner, and no question' },
  { name: 'HTTPS_PROXY', meaning: 'proxy of provider APIs, by `http://host:port`; the lower-case name wins' },
  { name: 'HTTP_PROXY', meaning: 'the same for APIs at `http://`; `ALL_PROXY` for both' },
  {
    name: 'NO_PROXY',
    meaning: 'hosts and networks (`10.0.0.0/8`) that are reached without a proxy; this machine always is',
  },
  { name: 'NODE_EXTRA_CA_CERTS', meaning: 'file with certificates of your own authorities, read by Node' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    meaning:
      'collector of OpenTelemetry that gets spans and metrics, where `telemetry.otlp.endpoint` names none; `_TRACES_ENDPOINT` and `_METRICS_ENDPOINT` for one of them, with its path',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    meaning:
      'headers for it, `name=value,…`, where `telemetry.otlp.headers` is not set; `_TRACES_HEADERS`, `_METRICS_HEADERS`',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    meaning: '`http/protobuf` or `http/json`, where `telemetry.otlp.protocol` is not set [`http/protobuf`]',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_COMPRESSION',
    meaning: '`gzip`: what is sent is compressed [`none`]; `_TRACES_COMPRESSION`, `_METRICS_COMPRESSION`',
  },
  { name: 'OTEL_EXPORTER_OTLP_TIMEOUT', meaning: 'how long an export and its retries may take, ms [10000]' },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    meaning: '`delta`: each export of metrics holds what is new [`cumulative`]',
  },
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', meaning: 'how often a server sends its metrics, ms [60000]' },
  { name: 'OTEL_TRACES_EXPORTER', meaning: '`none`: no spans; `OTEL_METRICS_EXPORTER` for metrics' },
  { name: 'OTEL_SDK_DISABLED', meaning: '`true`: neither spans nor metrics are sent' },
  { name: 'OTEL_SERVICE_NAME', meaning: 'the name of the service in spans and metrics [llm-router]' },
  { name: 'OTEL_RESOURCE_ATTRIBUTES', meaning: 'attributes of the service, `name=value,…`' },
  {
    name: 'XDG_CACHE_HOME',
    meaning:
      'lists of models, checked configs, and compiled code where the program is not writable [~/.cache]',
  },
  { name: 'XDG_CONFIG_HOME', meaning: 'folder of the user config [~/.config]' },
  { name: 'XDG_DATA_HOME', meaning: 'folder of the ledger [~/.local/share]' },
  {
    name: 'XDG_STATE_HOME',
    meaning: 'folder of trust, cooldowns, and traces outside of projects [~/.local/state]',
  },
];

/** Every group with its heading. */
export const VARIABLE_GROUPS: readonly { title: string; variables: readonly Variable[] }[] = [
  { title: 'Read', variables: OWN_VARIABLES },
  { title: 'Set for tools', variables: CHILD_VARIABLES },
  { title: 'Also respected', variables: FOREIGN_VARIABLES },
];
