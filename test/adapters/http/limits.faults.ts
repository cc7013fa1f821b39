import { plain } from '../../rig/provider.js';
import { anthropic, type Fault, openai } from './fault.js';

/** Midnight UTC in three to four weeks: a time beyond a year is not believed. */
const NEXT_MONTH = new Date(Math.floor(Date.now() / 86_400_000 + 25) * 86_400_000).toISOString();

/** Rate limits and quotas. */
export const LIMITS: Fault[] = [
  {
    name: '429 with seconds',
    reply: plain(429, openai('Rate limit reached', { code: 'rate_limit_exceeded' }), { 'retry-after': '7' }),
    type: 'rate_limit',
    more: { retryAfterMs: 7000, httpStatus: 429 },
  },
  {
    name: '429 with milliseconds',
    reply: plain(429, openai('slow down'), { 'retry-after-ms': '1500', 'retry-after': '2' }),
    type: 'rate_limit',
    more: { retryAfterMs: 1500 },
  },
  {
    name: '429 with a counter that is used up',
    reply: plain(429, openai('slow down'), {
      'x-ratelimit-remaining-requests': '5',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
    }),
    type: 'rate_limit',
    more: { retryAfterMs: 360_000 },
  },
  {
    name: '429 with the wait in words',
    reply: plain(429, openai('Limit 30000, Used 29000. Please try again in 1m2.5s. Visit …')),
    type: 'rate_limit',
    more: { retryAfterMs: 62_500 },
  },
  {
    name: '429 for good: credits are used up',
    reply: plain(
      429,
      openai('You exceeded your current quota', { type: 'insufficient_quota', code: 'insufficient_quota' }),
    ),
    type: 'quota',
    says: /exceeded your current quota/,
  },
  {
    name: '429 for good: a spend limit',
    reply: plain(
      429,
      openai('Spend limit', { type: 'insufficient_quota', code: 'project_spend_limit_exceeded' }),
    ),
    type: 'quota',
  },
  {
    name: '429 of a tier’s spend limit',
    api: 'anthropic-messages',
    reply: plain(
      429,
      anthropic('rate_limit_error', 'limit', { details: { error_code: 'enforced_spend_limit_reached' } }),
    ),
    type: 'quota',
  },
  {
    name: '400 of a spend limit with its end',
    api: 'anthropic-messages',
    reply: plain(
      400,
      anthropic(
        'invalid_request_error',
        `You have reached your specified API usage limits. You will regain access on ${NEXT_MONTH.slice(0, 10)} at 00:00 UTC.`,
      ),
    ),
    type: 'quota',
    more: { resetAt: NEXT_MONTH },
  },
  {
    name: '400 of a low balance',
    api: 'anthropic-messages',
    reply: plain(
      400,
      anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
    ),
    type: 'quota',
  },
  {
    name: '402',
    reply: plain(402, { error: { code: 402, message: 'This request requires more credits' } }),
    type: 'quota',
  },
  {
    name: '429 of Anthropic with the reset of its tokens',
    api: 'anthropic-messages',
    reply: plain(429, anthropic('rate_limit_error', 'tokens per minute'), {
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': NEXT_MONTH,
    }),
    type: 'rate_limit',
    more: { resetAt: NEXT_MONTH },
  },
];
