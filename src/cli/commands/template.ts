import { TEMPLATES } from '../../catalog/catalog.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { renderTable } from '../table.js';

/** `template [name]`: prints an annotated example config, or the list of them. */
export async function runTemplate(
  context: CommandContext,
  name: string,
  options: { list?: boolean; json?: boolean },
): Promise<number> {
  if (options.json === true) return listAsJson(context, options.list === true);
  if (options.list === true) {
    const rows = Object.entries(TEMPLATES).map(([entry, { description }]) => [entry, description]);
    await context.output.data(
      `${renderTable([{ title: 'NAME' }, { title: 'DESCRIPTION' }], rows, Number.POSITIVE_INFINITY)}\n`,
    );
    return 0;
  }
  const template = lookup(TEMPLATES, name);
  if (template !== null) {
    await context.output.file(template.text);
    return 0;
  }
  const unknown = failure('usage', `unknown template \`${name}\``, {
    hint: didYouMean(name, Object.keys(TEMPLATES), 'templates'),
  });
  return reportEarly(context, { failure: unknown });
}

async function listAsJson(context: CommandContext, isList: boolean): Promise<number> {
  if (!isList) {
    const wrong = failure('usage', '`--json` prints the list of templates', { hint: 'add `--list`' });
    return reportEarly(context, { failure: wrong });
  }
  const list = Object.entries(TEMPLATES).map(([name, { description }]) => ({ name, description }));
  await context.output.json(list);
  return 0;
}
