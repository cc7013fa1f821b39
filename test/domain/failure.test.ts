import { describe, expect, it } from '@jest/globals';
import {
  decidingFailure,
  decidingRejection,
  exitCodeOf,
  FAILURES,
  type FailureType,
  failure,
} from '../../src/domain/failure.js';

/** The documented table: type, retry, fallback, exit, RPC, HTTP. */
const CONTRACT: readonly (readonly [FailureType, string, string, number, number, number])[] = [
  ['rate_limit', 'if_last', 'next', 75, -32001, 429],
  ['quota', 'never', 'next', 75, -32001, 429],
  ['overloaded', 'always', 'next', 75, -32006, 503],
  ['connection', 'always', 'next', 75, -32006, 502],
  ['timeout', 'connect', 'unless_invocation', 124, -32004, 504],
  ['provider_error', 'http', 'next', 1, -32006, 502],
  ['authentication', 'never', 'next', 69, -32003, 401],
  ['tool_not_found', 'never', 'next', 69, -32005, 503],
  ['model_not_found', 'never', 'next', 69, -32005, 404],
  ['context_too_large', 'never', 'larger_window', 1, -32602, 400],
  ['invalid_request', 'never', 'other_provider', 1, -32602, 400],
  ['refused', 'never', 'never', 1, -32006, 422],
  ['limit_reached', 'never', 'never', 1, -32006, 422],
  ['invalid_response', 'once', 'next', 76, -32007, 502],
  ['contract_violation', 'contract', 'never', 76, -32007, 422],
  ['partial', 'never', 'never', 76, -32006, 502],
  ['not_allowed', 'never', 'next', 77, -32602, 403],
  ['budget_exceeded', 'never', 'cheaper', 79, -32002, 402],
  ['not_restored', 'never', 'never', 75, -32006, 409],
  ['conflict', 'never', 'never', 1, -32006, 409],
  ['not_verified', 'never', 'never', 1, -32006, 422],
  ['cancelled', 'never', 'never', 130, -32008, 499],
  ['usage', 'never', 'never', 64, -32602, 400],
  ['input', 'never', 'never', 66, -32602, 400],
  ['config', 'never', 'never', 78, -32602, 400],
  ['internal', 'never', 'never', 70, -32603, 500],
];

describe('the failure table', () => {
  it.each(CONTRACT)('%s', (type, retry, fallback, exit, rpc, http) => {
    expect(FAILURES[type]).toMatchObject({ retry, fallback, exit, rpc, http });
  });

  it('has no other row', () => {
    expect(Object.keys(FAILURES).sort()).toEqual(CONTRACT.map(([type]) => type).sort());
  });
});

describe('exit codes', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('a run cancelled by %s ends with %i', (phase, code) => {
    expect(exitCodeOf(failure('cancelled', 'x', { phase }))).toBe(code);
  });
});

describe('the deciding failure', () => {
  const of = (...types: FailureType[]) => decidingFailure(types.map((type) => failure(type, type)))?.type;

  it('is the first temporary one of an exhausted chain, else the last', () => {
    expect(of('authentication', 'rate_limit', 'overloaded', 'provider_error')).toBe('rate_limit');
    expect(of('authentication', 'provider_error')).toBe('provider_error');
    expect(of()).toBeUndefined();
  });

  it('of rejections is their common type; of mixed ones: temporary, over budget, not allowed, unavailable', () => {
    expect(decidingRejection(['tool_not_found', 'tool_not_found'])).toBe('tool_not_found');
    expect(decidingRejection(['context_too_large', 'context_too_large'])).toBe('context_too_large');
    expect(decidingRejection(['tool_not_found', 'budget_exceeded', 'quota'])).toBe('quota');
    expect(decidingRejection(['not_allowed', 'budget_exceeded', 'tool_not_found'])).toBe('budget_exceeded');
    expect(decidingRejection(['tool_not_found', 'not_allowed'])).toBe('not_allowed');
    expect(decidingRejection(['context_too_large', 'model_not_found'])).toBe('model_not_found');
  });
});
