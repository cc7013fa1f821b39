import { type ArgvTemplate, parseArgv } from '../../domain/template.js';
import { Key } from './key.js';

/** A template of arguments, where a nested list is an optional group. */
export function argumentTemplate(description: string): Key<ArgvTemplate> {
  return argumentList(description).as(parseArgv);
}

/** The same as it is written. */
export function argumentList(description: string): Key<readonly (string | readonly string[])[]> {
  return new Key<readonly (string | readonly string[])[]>(
    {
      schema: {
        type: 'array',
        description,
        items: { type: ['string', 'array'], items: { type: 'string' } },
      },
      read: ({ value }) => (Array.isArray(value) ? value : undefined),
      empty: () => [],
    },
    '',
  );
}
