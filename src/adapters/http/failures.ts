import type { FailureType } from '../../domain/failure.js';
import { tellsOverflow, typeByCode, typeByGeneralCode, typeByWords } from './error-words.js';
import type { ProviderError } from './wire.js';

/** An error response of a provider. */
export interface Refusal {
  /** HTTP status; `null` where an error came in the middle of an answer. */
  status: number | null;
  error: ProviderError;
}

const BY_STATUS: Partial<Record<number, FailureType>> = {
  401: 'authentication',
  402: 'quota',
  403: 'authentication',
  404: 'model_not_found',
  // Not about the request itself, so a retry may work.
  408: 'provider_error',
  409: 'provider_error',
  413: 'context_too_large',
  425: 'provider_error',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
};

/** Unambiguous statuses, except that a used-up allowance is distinguished. */
const PRECISE_STATUSES = [401, 402, 429, 503, 529];

/**
 * The type of failure that a provider's error stands for: a code that names one cause, then a status that says enough, then the words of
 * the message, then codes for classes of errors, and the status in general. What the body calls `invalid_request_error` or
 * `server_error` may be anything.
 */
export function typeOfRefusal({ status, error }: Refusal): FailureType {
  const at = status ?? error.status;
  const named = typeByCode(error.codes);
  const told = typeByWords(error.message);
  if (at !== null && PRECISE_STATUSES.includes(at)) {
    const isUsedUp = named === 'quota' || (told === 'quota' && named !== 'rate_limit');
    return isUsedUp && at < 500 ? 'quota' : byStatus(at);
  }
  if (named !== null) return named;
  const general = typeByGeneralCode(error.codes);
  // The message of a provider's own failure is not reliable; some servers answer so to a request that is too long for their model.
  if (at !== null && at >= 500) {
    const isOpen = general === null || general === 'provider_error';
    return isOpen && tellsOverflow(error.message) ? 'context_too_large' : (general ?? byStatus(at));
  }
  return told ?? (at === 413 && general !== 'rate_limit' ? byStatus(at) : (general ?? byStatus(at)));
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
