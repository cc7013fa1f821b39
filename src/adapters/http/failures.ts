import type { FailureType } from '../../domain/failure.js';
import type { ProviderError } from './wire.js';

/** What a provider refused with. */
export interface Refusal {
  /** HTTP status; `null` where an error came in the middle of an answer. */
  status: number | null;
  error: ProviderError;
}

interface Sign {
  type: FailureType;
  /** Words for the kind of the error. */
  codes: RegExp;
  /** Words of its message; looked at only where the kind and the status leave room. */
  message: RegExp | null;
}

/**
 * First match wins. Sources: https://developers.openai.com/api/docs/guides/error-codes and /spend-limits,
 * https://platform.claude.com/docs/en/api/errors, https://openrouter.ai/docs/api/reference/errors-and-debugging, and the sources of
 * vLLM and llama.cpp for their wordings.
 */
const SIGNS: readonly Sign[] = [
  {
    type: 'quota',
    codes:
      /^(insufficient_quota|credit_balance_exhausted|(organization|project)_spend_limit_exceeded|enforced_spend_limit_reached|billing_\w+|payment_required|blocked_api_access)$/,
    message:
      /credit balance is too low|reached your specified (workspace )?api usage limits|exceeded your current quota|insufficient credits|requires more credits/i,
  },
  {
    type: 'overloaded',
    codes: /^(overloaded_error|server_is_overloaded|provider_overloaded)$/,
    message: null,
  },
  {
    type: 'context_too_large',
    codes:
      /^(context_length_exceeded|exceed_context_size_error|token_limit_exceeded|string_above_max_length|request_too_large|payload_too_large)$/,
    message:
      /prompt is too long|maximum context length|context (length|window|size).{0,40}exceed|exceeds?.{0,60}context (length|window|size|limit)|input is too long|too many (input )?tokens in|larger than the context/i,
  },
  {
    type: 'refused',
    codes: /^(content_policy_violation|content_filter|moderation|refusal|invalid_prompt|cyber_policy\w*)$/,
    message:
      /content (management )?policy|content filter|flagged (as|by|for)|usage policy|violat\w+ .{0,30}polic/i,
  },
  {
    type: 'model_not_found',
    codes: /^(model_not_found|model_not_available|model_decommissioned)$/,
    message:
      /\bmodel\b.{0,120}(does not exist|not found|not exist|not available|not loaded|no longer available)|not a valid model|no (such )?models? (loaded|named|found)|unknown model|^model: \S+$/i,
  },
  { type: 'rate_limit', codes: /^(rate_limit_error|rate_limit_exceeded|slow_down)$/, message: null },
  {
    type: 'authentication',
    codes:
      /^(authentication_error|authentication|invalid_api_key|permission_error|permission_denied|account_deactivated)$/,
    message: null,
  },
  { type: 'provider_error', codes: /^(api_error|server_error|internal_server_error|server)$/, message: null },
];

const BY_STATUS: Partial<Record<number, FailureType>> = {
  401: 'authentication',
  402: 'quota',
  403: 'authentication',
  404: 'model_not_found',
  // Not about the request itself: the next try may work.
  408: 'provider_error',
  409: 'provider_error',
  413: 'context_too_large',
  425: 'provider_error',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
};

/** The type of failure that a provider's error stands for: by its words for the kind, by its message, by its status. */
export function typeOfRefusal({ status, error }: Refusal): FailureType {
  const known = SIGNS.find(({ codes }) => error.codes.some((code) => codes.test(code)));
  const said = byMessage(status ?? error.status, error.message);
  // A kind such as `rate_limit_error` also stands over spent credits, `invalid_request_error` over everything.
  if (said === 'quota' || known === undefined) return said ?? byStatus(status ?? error.status);
  return known.type;
}

/** Messages are looked at where the provider blames the request or its limits; a failure of its own is just that. */
function byMessage(status: number | null, message: string): FailureType | null {
  if (status !== null && (status < 400 || status > 499 || status === 401)) return null;
  return SIGNS.find((sign) => sign.message?.test(message) === true)?.type ?? null;
}

function byStatus(status: number | null): FailureType {
  if (status === null) return 'provider_error';
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'provider_error';
  return status >= 400 ? 'invalid_request' : 'invalid_response';
}

/** What to do about a failure of this type. */
export function hintFor(
  type: FailureType,
  about: { keys: readonly string[]; model: string | null },
): string | null {
  switch (type) {
    case 'authentication':
      return about.keys.length === 0
        ? 'name the variable of the key with `api_key_env`'
        : `check the key in ${about.keys.map((name) => `\`${name}\``).join(' or ')}`;
    case 'quota':
      return 'add credits or raise the limit at the provider';
    case 'model_not_found':
      return "check the model's `id` in `models`, and `base_url` of the tool";
    case 'context_too_large':
      return 'give less context, or choose a model with a larger window';
    default:
      return null;
  }
}
