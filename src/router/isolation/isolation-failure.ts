import { type Failure, failure } from '../../domain/failure.js';
import type { Trouble } from '../../git/trouble.js';
import { refOf } from '../../snapshot/history.js';

/** Why there is no work tree of its own for a run. */
export function isolationFailure({ kind, message }: Trouble): Failure {
  const text = `the run cannot be isolated: ${message}`;
  switch (kind) {
    case 'no_repository':
    case 'bare':
      return failure('usage', text, { hint: 'isolation needs the work tree of a Git repository' });
    case 'unsafe':
      return failure('not_allowed', text, { hint: 'see `safe.directory` in `git help config`' });
    case 'stopped':
      return failure('cancelled', text);
    case 'too_large':
      return failure('input', text, {
        hint: 'ignore files that need not be in it, or raise `max_new_data` of `recovery`',
      });
    default:
      return failure('input', text);
  }
}

/** A change that could not be written, which is kept. */
export function unwrittenFailure(id: string, { message }: Trouble): Failure {
  return failure('not_restored', `the change is not in your files: ${message}`, {
    hint: `\`llm-router apply ${id}\` tries again; \`${refOf(id)}\` keeps the change`,
  });
}

/** A change that meets others. */
export function conflictFailure(id: string, paths: readonly string[]): Failure {
  const named = paths.slice(0, 10).map((path) => `\`${path}\``);
  const more = paths.length > named.length ? ` and ${paths.length - named.length} more` : '';
  return failure('conflict', `the change conflicts with yours in ${named.join(', ')}${more}`, {
    hint: `your files are as they were; \`${refOf(id)}\` keeps the change: \`llm-router diff ${id}\` shows it, \`llm-router diff ${id} | git apply --3way\` merges it by hand`,
  });
}
