import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { DiffOptions } from './diff.js';
import type { UndoOptions } from './undo.js';

const ID = 'id of the run, a unique prefix of it, or `last`: the last one that changed files here';

/** Registers `undo`, `diff` and `apply`. Their code is loaded when they run. */
export function addUndo(context: CommandContext, program: Command, register: Register): void {
  const undo = register(program, 'undo');
  undo.command
    .description(
      'Take back what a run changed in the files of a Git work tree. Later changes of other files stay; a second `undo` takes the first back',
    )
    .argument('[id]', ID, 'last')
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .option('--dry-run', 'only show what would be changed')
    .option(
      '--force',
      'also where files were changed since, or another run worked in them; what they hold now is kept',
    )
    .option('--json', 'print one JSON document');
  undo.action(async (id: string, options: UndoOptions) => {
    const { runUndo } = await import('./undo.js');
    return runUndo(context, id, options);
  });

  const diff = register(program, 'diff');
  diff.command
    .description('Show what a run changed in the files of a Git work tree, as a patch for `git apply`')
    .argument('[id]', ID, 'last')
    .option('--attempt <n>', 'only what this attempt changed', parseCount)
    .option('--stat', 'only the files, with the lines added and removed')
    .option('--json', 'print the files as one JSON document');
  diff.action(async (id: string, options: DiffOptions) => {
    const { runDiff } = await import('./diff.js');
    return runDiff(context, id, options);
  });

  const apply = register(program, 'apply');
  apply.command
    .description(
      'Put the change that a run made in a work tree of its own onto the files here. A conflict changes nothing',
    )
    .argument('<id>', 'its id, or a unique prefix of it')
    .option('--json', 'print one JSON document');
  apply.action(async (id: string, options: { json?: boolean }) => {
    const { runApply } = await import('./apply.js');
    return runApply(context, id, options);
  });
}
