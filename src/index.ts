/** The library: everything that a program may import. */
export type { RouterConfig } from './config/types.js';
export type { Diagnostic } from './diagnostics/diagnostic.js';
export type { Attempt } from './domain/attempt.js';
export type { Cost } from './domain/cost.js';
export { type InvocationDocument, invocationDocument } from './domain/document.js';
export { eventDocument } from './domain/event-document.js';
export type { EventSink, RunEvent } from './domain/events.js';
export type { Failure, FailureType } from './domain/failure.js';
export type { Invocation } from './domain/invocation.js';
export type { Plan } from './domain/plan.js';
export type { Message } from './domain/request.js';
export type { Usage } from './domain/usage.js';
export type { HealthRow } from './health/row.js';
export type { ToolAdapter, ToolResult, ToolTask } from './library/adapter.js';
export { ConfigError, NotTrustedError, OptionError, RequestError, RouterError } from './library/errors.js';
export { loadConfig } from './library/load-config.js';
export type {
  CompleteOptions,
  HealthOptions,
  LoadOptions,
  LogSink,
  ModelsOptions,
  RouterOptions,
  StreamOptions,
} from './library/options.js';
export type { LibraryRequest } from './library/request.js';
export { createRouter, type LibraryRouter } from './library/router.js';
export type { AttemptUsage } from './library/token-usage.js';
export type { TraceStore } from './library/trace-store.js';
export type { ModelsReport, ProviderState } from './router/models/report.js';
export type { ModelRow } from './router/models/rows.js';
export type { RoutingCandidate, RoutingInput, RoutingPolicy } from './router/planning/routing-policy.js';
export type { LogRecord } from './telemetry/log-fields.js';
export type { TraceDocument } from './trace/document.js';
export { VERSION as version } from './version.generated.js';
