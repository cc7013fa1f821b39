/**
 * Files below src that take values and give values: no files, processes, sockets, clocks or random numbers. What they do is shown by their
 * tests alone, so `npm run coverage` asks more of them.
 */
export const PURE =
  /^(domain|diagnostics|redact|config|lint|routing|policy)\/|^gates\/(?!family-money|gates|heartbeat|held-calls|money|reservation|slot|wait)|^paths\.ts$|^regex\/(pattern|shape)\.ts$|^git\/(names|surroundings|trouble)\.ts$|^router\/running\/record\.ts$|^router\/models\/rows\.ts$|^jobs\/(record|order)\.ts$|^ledger\/(ledger|rows|usage-sums)\.ts$|^adapters\/command\/(output|selector|pointer|failure-rules|limit-mentions|session-share|values|environment|usage|json-values|marker|wsl)\.ts$|^process\/(identity|process-entry|tree-members)\.ts$|^adapters\/(openai-chat|openai-responses|anthropic-messages|gemini|ollama|variables|billing)\.ts$|^adapters\/http\/(base-url|effort|ending|extra-body|json|ndjson|wire|turns|strict-schema|provider-error|failures|limits|outcome|proxy|request|usage|finish-words|error-words|model-id|model-lists)\.ts$/;
