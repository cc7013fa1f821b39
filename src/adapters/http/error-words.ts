import type { FailureType } from '../../domain/failure.js';
import { isPace, isUsedUp } from '../../domain/limit-words.js';
import { searched } from '../../domain/searched-text.js';

type Signs = readonly (readonly [FailureType, RegExp])[];

/**
 * Codes that name one cause and nothing else, in the spelling of `provider-error.ts`; 1000 to 1310 are those of Zhipu, those with a name before
 * them of MiniMax. Sources: https://developers.openai.com/api/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors,
 * https://openrouter.ai/docs/api/reference/errors-and-debugging and the error pages of the other providers.
 */
const PRECISE: Signs = [
  ['invalid_request', /^previous_response_not_found$/],
  // The ids of Google's quotas; its message is the same for all of them.
  ['quota', /_per_day(_|$)/],
  ['rate_limit', /_per_(minute|second)(_|$)/],
  [
    'quota',
    /insufficient_\w*(quota|balance|credits?|funds)|not_enough_(balance|credits?)|quota_(exceeded|exhausted)|exceeded_current_quota|credit_balance|spend_limit|^billing_|payment_required|blocked_api_access|arrearage|account_overdue|usage_limit_(reached|exceeded)|^credits_error$|free_tier_only|^(1113|1304|1308|1309|1310|minimax_1008|minimax_2056)$/,
  ],
  [
    'context_too_large',
    /context_(length|window|size)|(prompt|input|request|payload|messages?)_(is_)?too_(long|large)|tokens?_limit_(exceeded|reached)|max_prompt_tokens|string_above_max_length|exceed_context|^1261$|^minimax_1039$/,
  ],
  [
    'refused',
    /content_(policy|filter|blocked|moderation)|moderation|^refusal$|invalid_prompt|(bio|cyber)_policy|policy_violation|data_inspection|responsible_ai|sensitive_content|prohibited_content|^(1301|minimax_102[67])$/,
  ],
  [
    'model_not_found',
    /^(model|deployment)_(not_\w+|decommissioned|deprecated|unavailable|does_not_exist)|(invalid|unknown|unsupported|no_such)_model|^1211$/,
  ],
  [
    'authentication',
    /api_key_(invalid|expired|not_found|missing|\w*blocked)|(invalid|incorrect|missing|expired)_(api_?key|auth\w*|((access|iam|id|bearer)_)?token|credentials?)|^auth(entication|_error)|unauthenticated|unauthori[sz]ed|account_(deactivated|suspended|disabled)|unsupported_country|location_not_supported|unrecognized_client|^100[0-4]$|^minimax_(1004|2049)$/,
  ],
  ['overloaded', /overloaded|server_busy|no_capacity|capacity_exceeded/],
];

/** Codes for a class of errors; the status or the message may be more exact. */
const GENERAL: Signs = [
  [
    'rate_limit',
    /rate_limit|too_many_requests|throttl|slow_down|resource_exhausted|^130[25]$|^minimax_1002$/,
  ],
  ['overloaded', /^(service_)?unavailable$/],
  ['authentication', /permission|(^|request_)forbidden|access_denied/],
  ['model_not_found', /^not_found(_error)?$/],
  [
    'provider_error',
    /^(api_error|server_error|server|upstream_error|bad_gateway)$|internal|deadline_exceeded/,
  ],
];

const MONEY =
  /credit balance is too low|reached your specified .{0,20}api usage limits|exceeded your (monthly|included)|(insufficient|not enough|no remaining|out of|requires more|purchase more|add more) (account )?(balance|credits?|funds|quota)|(balance|credits?)\b.{0,30}(insufficient|exhausted|too low|used up|not enough|depleted|negative)|used (up )?(all|your)\b.{0,40}credits?|all available credits|payment (is )?(required|overdue)|\b(overdue|in arrears|arrearage)\b|spend(ing)? limit|free tier\b.{0,40}exhausted|please (recharge|top up)|余额不足|欠费|充值/i;

/** What is used up unless the message names a pace. */
const QUOTA = /exceeded your current|quota\b.{0,20}(exceeded|exhausted|used up)/i;

/** Messages about rates and allowances are not about the size of one request. */
const RATE = /\bper[ -](second|minute|min|hour|day)\b|rate.?limit|too many requests|\b[RT]P[MDS]\b/i;

const SIZE = new RegExp(
  [
    'context[ _-]?(length|window|size|limit|overflow)',
    '\\b(prompt|inputs?|messages?|request|conversation|content|history)\\b.{0,40}\\b(too (long|large|big)|exceed\\w*|(larger|longer|greater|more) than)\\b',
    '\\b(tokens?|characters)\\b.{0,60}\\b(exceed\\w*|(larger|longer|greater|more) than)\\b',
    '\\bexceed\\w*\\b.{0,60}\\b(tokens?|(input|prompt|sequence|max\\w*) length|max(imum)? (input|prompt|tokens?))\\b',
    '\\bmax(imum)? (allowed )?(prompt|input|sequence) (length|tokens?|size)\\b|\\bmax_seq_len\\b',
    '\\bprompt (has|contains) \\d+ tokens\\b.{0,40}\\bmax',
    '\\b(inputs?|tokens?)\\b.{0,40}\\b(must|should) (be|have) (<=?|less|fewer|at most|\\[)',
    '\\btoken count is \\d+ but\\b.{0,40}\\bonly supports\\b|\\bmax(imum)? input (characters|tokens)\\b',
    '(输入|上下文|提示词|请求|消息).{0,20}(超过|超出|超长|过长|太长)|超过.{0,20}(上下文|长度)|prompt 超长',
    'reduce the (length|size) of|shorten (your|the) (prompt|input|messages?)|too many (input |prompt )?tokens',
  ].join('|'),
  'i',
);

/** The largest answer that was asked for is not the size of the prompt. */
const OUTPUT_SIZE =
  /^\W*(max_(completion_|output_|new_)?tokens|(thinking.)?budget.tokens)\W{1,3}(must|should|cannot)\b/i;

/** A request that is too long for the model, in words that leave no doubt; what only mentions a context may have any cause. */
const OVERFLOW = new RegExp(
  [
    '\\bexceed\\w*\\b.{0,60}\\bcontext[ _-]?(length|window|size|limit)\\b',
    '\\bcontext[ _-]?(length|window|size|limit)\\b.{0,20}\\bexceeded\\b',
    '\\bmaximum context length is \\d+',
    '\\b(prompt|inputs?|request) (is|are) too (long|large)\\b.{0,40}\\b\\d+ ?(>|tokens)',
    '\\b(longer|larger|more) than (the )?(maximum |model.{0,10} )?context\\b',
  ].join('|'),
  'i',
);

const WORDS: readonly (readonly [FailureType, (message: string) => boolean])[] = [
  ['quota', isQuota],
  ['context_too_large', (message) => SIZE.test(message) && !RATE.test(message) && !OUTPUT_SIZE.test(message)],
  [
    'refused',
    matching(
      /content (management |safety )?(policy|filter)|flagged (as|by|for)|usage polic|violat\w+ .{0,30}(polic|guideline)|content exists risk|inappropriate (content|input)|(blocked|rejected)\b.{0,40}(safety|moderation)|\bsafety (system|filter|settings)|sensitive (content|information|words?)|prohibited (content|use)|harmful content|safety_check/i,
    ),
  ],
  [
    'model_not_found',
    matching(
      /\b(model|deployment)s?\b.{0,120}(does not exist|doesn't exist|not exist|not found|not available|not loaded|no longer available|not have access|identifier is invalid)|\bmodel ['"`]?[\w./:-]+['"`]? (is|was|has been) (not supported|unsupported|deprecated|decommissioned|retired|disabled)|\bmodel (not supported|isn't (supported|available))|(not a valid|invalid|unknown|unsupported|unable to access|no such) model\b(?! param)|no models? (loaded|named|found)|no endpoints? found|^model: \S+$/i,
    ),
  ],
  [
    'authentication',
    matching(
      /\b(incorrect|invalid|wrong|bad|missing|expired|no|provide an?)\b.{0,20}\b(api|access|auth\w*|subscription|secret|security)[ _-]?(key|token)|\b(api|access|subscription|secret|security)[ _-]?(key|token)\b.{0,60}(not valid|invalid|expired|incorrect|not found|missing|required|revoked|disabled|leaked)|authentication (error|failed|fails|failure|is required|required)|authorization header\b.{0,20}(requires|required|missing|invalid)|invalid format for authorization|\btoken (is|seems|has) (expired|revoked)|token seems invalid|credential is only authorized|unsupported (countr|region|territor)|(身份验证|鉴权|认证)失败|(无效|非法|错误)的? ?(api[ -]?key|令牌|密钥|token)|令牌.{0,10}(过期|无效|禁用)|not authenticated|no auth credentials|missing bearer|unauthori[sz]ed|(bad|invalid) credentials|login fail|(location|region|country|territory)\b.{0,40}(not supported|unsupported|not available|not allowed|restricted|blocked)|not (supported|available) in your (country|region|location)|(account|organization)\b.{0,30}(deactivated|disabled|suspended|banned)|must be a member of an organization|permission denied/i,
    ),
  ],
  ['overloaded', matching(/overloaded|at capacity|server is (too )?busy|temporarily unavailable/i)],
  ['rate_limit', matching(RATE)],
];

/** The cause that one of the codes names; `null`: none does. */
export function typeByCode(codes: readonly string[]): FailureType | null {
  return firstSign(PRECISE, codes);
}

/** The class of errors that one of the codes names; `null`: none does. */
export function typeByGeneralCode(codes: readonly string[]): FailureType | null {
  return firstSign(GENERAL, codes);
}

/** The cause named in a message; `null`: none that is known. */
export function typeByWords(message: string): FailureType | null {
  const text = searched(message);
  return WORDS.find(([, isTold]) => isTold(text))?.[0] ?? null;
}

/** Whether a message says without doubt that a request was too long for the model. */
export function tellsOverflow(message: string): boolean {
  const text = searched(message);
  return OVERFLOW.test(text) && !RATE.test(text) && !OUTPUT_SIZE.test(text);
}

function isQuota(message: string): boolean {
  if (MONEY.test(message) || (QUOTA.test(message) && !isPace(message))) return true;
  return isUsedUp(message) && !/\bcontext\b/i.test(message);
}

function firstSign(signs: Signs, codes: readonly string[]): FailureType | null {
  return signs.find(([, sign]) => codes.some((code) => sign.test(code)))?.[0] ?? null;
}

function matching(words: RegExp): (message: string) => boolean {
  return (message) => words.test(message);
}
