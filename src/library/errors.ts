import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { type Failure, failure } from '../domain/failure.js';

/** What the library throws or rejects with; `failure` has the type, the message and the hint. A run that failed is no error. */
export class RouterError extends Error {
  override readonly name: string = 'RouterError';
  constructor(readonly failure: Failure) {
    super(failure.hint === null ? failure.message : `${failure.message}; hint: ${failure.hint}`);
  }
}

/** A config that could not be loaded, with every finding, as `config validate` would print it. */
export class ConfigError extends RouterError {
  override readonly name = 'ConfigError';
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(failure('config', diagnostics.map(({ message }) => message).join('; ')));
  }
}

/** A project's config was found by searching and is not trusted, so that nothing in it may run. */
export class NotTrustedError extends RouterError {
  override readonly name = 'NotTrustedError';
  constructor(readonly folder: string) {
    super(
      failure('not_allowed', `the config of \`${folder}\` is not trusted`, {
        hint: 'read it, then run `llm-router config trust` there, or give its `path` or `trust: true`',
      }),
    );
  }
}

/** A request that cannot be planned: a wrong field, an unknown name, a file that cannot be read, or a closed router. */
export class RequestError extends RouterError {
  override readonly name = 'RequestError';
}

/** A wrong option of `loadConfig`, `createRouter`, `complete` or `stream`. */
export class OptionError extends RouterError {
  override readonly name = 'OptionError';
}
