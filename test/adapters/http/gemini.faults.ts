import { geminiEvents, plain, stream } from '../../rig/provider.js';
import type { Fault } from './fault.js';
import { GEMINI } from './protocol.js';
import { sharedFaults } from './shared.faults.js';

/** An error body of Google. */
const google = (code: number, status: string, message: string, details: readonly object[] = []) => ({
  error: { code, message, status, details },
});

const QUOTA_WORDS =
  'You exceeded your current quota, please check your plan and billing details. Please retry in 34.074824224s.';

/** The body of a 429 that names a quota. */
const overQuota = (quotaId: string, retryDelay: string | null) =>
  google(429, 'RESOURCE_EXHAUSTED', QUOTA_WORDS, [
    { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] },
    ...(retryDelay === null ? [] : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]),
  ]);

const OWN: Fault[] = [
  {
    name: '429 over a quota of a minute',
    reply: plain(429, overQuota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '34s')),
    type: 'rate_limit',
    more: { retryAfterMs: 34_075, httpStatus: 429 },
  },
  {
    name: '429 over the input tokens of a minute',
    reply: plain(429, overQuota('GenerateContentInputTokensPerModelPerMinute-FreeTier', null)),
    type: 'rate_limit',
    more: { retryAfterMs: 34_075 },
  },
  {
    name: '429 over the quota of a day',
    reply: plain(429, overQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '34s')),
    type: 'quota',
  },
  {
    name: '429 with a delay alone',
    reply: plain(
      429,
      google(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).', [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' },
      ]),
    ),
    type: 'rate_limit',
    more: { retryAfterMs: 1500 },
  },
  {
    name: '429 in a list',
    reply: plain(429, [overQuota('GenerateRequestsPerDayPerProjectPerModel', null)]),
    type: 'quota',
    says: /exceeded your current quota/,
  },
  {
    name: '503',
    reply: plain(503, google(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')),
    type: 'overloaded',
  },
  {
    name: '504',
    reply: plain(504, google(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')),
    type: 'provider_error',
  },
  {
    name: '400 of a wrong key',
    reply: plain(
      400,
      google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      ]),
    ),
    type: 'authentication',
    more: { hint: 'check the key in `API_KEY`' },
  },
  {
    name: '400 of a region',
    reply: plain(400, google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')),
    type: 'authentication',
  },
  {
    name: '403',
    reply: plain(403, google(403, 'PERMISSION_DENIED', 'Method doesn’t allow unregistered callers')),
    type: 'authentication',
  },
  {
    name: '404 of a model',
    reply: plain(
      404,
      google(404, 'NOT_FOUND', 'models/m is not found for API version v1beta, or is not supported'),
    ),
    type: 'model_not_found',
  },
  {
    name: '400 of a long prompt',
    reply: plain(
      400,
      google(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
    ),
    type: 'context_too_large',
  },
  {
    name: '400',
    reply: plain(400, google(400, 'INVALID_ARGUMENT', 'Unknown name "topKay" at generation_config')),
    type: 'invalid_request',
    says: /topKay/,
  },
  {
    name: 'a blocked prompt',
    reply: stream([
      {
        promptFeedback: { blockReason: 'SAFETY' },
        usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
      },
    ]),
    type: 'refused',
    says: /the prompt was blocked \(SAFETY\)/,
  },
  {
    name: 'a blocked prompt with a reason',
    reply: plain(200, {
      promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'not in this language' },
    }),
    type: 'refused',
    says: /not in this language/,
  },
  {
    name: 'an answer stopped for its sources',
    reply: stream(geminiEvents(['To be'], { finish: 'RECITATION' })),
    type: 'refused',
    says: /its answer was stopped \(RECITATION\)/,
  },
  {
    name: 'a tool call that was not offered',
    reply: stream(geminiEvents(['x'], { finish: 'UNEXPECTED_TOOL_CALL' })),
    type: 'provider_error',
  },
  { name: 'no candidates', reply: plain(200, { modelVersion: 'm' }), type: 'invalid_response' },
  { name: 'an empty list', reply: plain(200, []), type: 'invalid_response' },
];

/** The faults of Gemini. */
export const GEMINI_FAULTS: Fault[] = [
  ...sharedFaults(GEMINI),
  ...OWN.map((fault) => ({ api: 'gemini' as const, ...fault })),
];
