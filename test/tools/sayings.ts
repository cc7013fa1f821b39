/** A limit message of a tool, and the reset time that it states. */
export interface Saying {
  words: string;
  type: 'quota' | 'rate_limit' | 'overloaded';
  /** As of 2026-11-20T18:00Z, independent of the machine's time zone; `null`: not stated, or not readable. */
  resetAt: string | null;
}

/** The wordings that users of each tool reported, and the recorded ones. */
export const SAYINGS: Readonly<Record<string, readonly Saying[]>> = {
  'claude-code': [
    quota("You've hit your limit · resets 3:20pm (Asia/Shanghai)", '2026-11-21T07:20:00.000Z'),
    quota("You've hit your session limit · resets 5:10pm (Europe/Stockholm)", '2026-11-21T16:10:00.000Z'),
    quota("You've hit your session limit · resets at 11pm (Europe/Paris)", '2026-11-20T22:00:00.000Z'),
    quota("You've hit your weekly limit · resets Oct 12, 8am (Europe/Paris)", '2027-10-12T06:00:00.000Z'),
    quota("You've hit your limit · resets Apr 23 at 4pm (America/Recife)", '2027-04-23T19:00:00.000Z'),
    quota("You've hit your weekly limit · resets 8am (Atlantis/Deep)", null),
    quota("You've hit your weekly limit · resets when the cows come home", null),
    quota('Claude AI usage limit reached|1795219200', '2026-11-21T00:00:00.000Z'),
    quota('Your organization is out of extra usage', null),
    quota("You're out of usage credits. Switch to another model", null),
    quota('Credit balance is too low', null),
    quota('Weekly limit reached ∙ resets Dec 3, 5pm (Europe/Paris)', '2026-12-03T16:00:00.000Z'),
    quota("You've hit your org's monthly usage limit", null),
    quota(
      'Claude usage limit reached. Your limit will reset at 3pm (America/Santiago).',
      '2026-11-20T18:00:00.000Z',
    ),
    quota("Your group's usage limit is set to $0", null),
    quota('Sonnet limit reached ∙ resets Dec 3, 5pm (Europe/Paris)', '2026-12-03T16:00:00.000Z'),
    quota('Limit reached · resets 10pm (Asia/Tokyo) · /upgrade', '2026-11-21T13:00:00.000Z'),
    quota(
      "You've used 100% of your weekly limit · resets Dec 3, 5pm (Europe/Paris)",
      '2026-12-03T16:00:00.000Z',
    ),
    quota(
      'You have reached your 5-hour usage limit. It resets at 11pm (Europe/Paris).',
      '2026-11-20T22:00:00.000Z',
    ),
    quota('Your organization has reached its monthly spend limit', null),
    quota("You've exceeded your daily quota", null),
    quota('Credit balance too low · Add funds', null),
    limit('API Error: Rate limit reached', null),
    limit('API Error: 429 {"type":"error","error":{"type":"rate_limit_error"}}', null),
    limit("This request would exceed your account's rate limit. Please try again in 2 minutes.", after(120)),
    { words: 'API Error: 529 Overloaded', type: 'overloaded', resetAt: null },
    { words: '{"type":"overloaded_error","message":"Overloaded"}', type: 'overloaded', resetAt: null },
  ],
  codex: [
    quota(
      "You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 2 days 17 hours 14 minutes.",
      after(234_840),
    ),
    quota(
      "You've hit your usage limit. Visit https://chatgpt.com/codex/settings/usage to purchase more credits or try again later.",
      null,
    ),
    quota('{"error":{"type":"usage_limit_reached","resets_at":1795219200}}', '2026-11-21T00:00:00.000Z'),
    quota('{"error":{"type":"usage_limit_reached","resets_in_seconds":3600}}', after(3600)),
    quota('usage_limit_exceeded', null),
    quota('usageLimitExceeded', null),
    quota('Quota exceeded. Check your plan and billing details.', null),
    quota('Your workspace is out of credits', null),
    quota('You have reached your spend cap', null),
    quota('shared rollout token budget exhausted', null),
    limit('Rate limit reached for gpt-5 in organization o. Please try again in 632ms.', after(0.632)),
    limit('exceeded retry limit, last status: 429 Too Many Requests', null),
  ],
  gemini: [
    limit('You have exhausted your capacity on this model. Your quota will reset after 1s.', after(1)),
    quota("Quota exceeded for quota metric 'Requests' and limit 'Requests per day per user'", null),
    quota(
      'You have exhausted your capacity on this model. Your quota will reset after 19h23m45s.',
      after(69_825),
    ),
    quota('TerminalQuotaError: You have exhausted your daily quota', null),
    quota('You exceeded your current quota. Please retry in 34.07s.', after(34.07)),
    quota('[{"reason":"QUOTA_EXHAUSTED"},{"retryDelay":"34s"}]', after(34)),
    limit('RetryableQuotaError: slow down', null),
    limit('Resource has been exhausted (e.g. check quota).', null),
    limit('{"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34s"}]}', after(34)),
    limit('rateLimitExceeded', null),
  ],
  opencode: [
    quota('Monthly usage limit reached', null),
    quota('You exceeded your current quota, please check your plan', null),
    quota('insufficient_quota', null),
    quota('Weekly usage limit reached. It will reset in 5 days 10 hours.', after(468_000)),
    quota('Free usage exceeded, subscribe to Go', null),
    quota('The usage limit has been reached', null),
  ],
  copilot: [
    quota('402 {"error":{"message":"You have no quota","code":"quota_exceeded"}}', null),
    quota('You have exceeded your premium request allowance.', null),
    limit(
      "Sorry, you've hit a rate limit that restricts the number of requests. Please try again in 2 hours.",
      after(7200),
    ),
  ],
};

function quota(words: string, resetAt: string | null): Saying {
  return { words, type: 'quota', resetAt };
}

function limit(words: string, resetAt: string | null): Saying {
  return { words, type: 'rate_limit', resetAt };
}

function after(seconds: number): string {
  return new Date(Date.parse('2026-11-20T18:00:00.000Z') + seconds * 1000).toISOString();
}
