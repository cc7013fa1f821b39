import { type Piece, pieceOf } from '../../domain/piece.js';
import { pairName } from '../../domain/plan.js';
import type { CommandContext } from '../context.js';
import { planScreen } from '../plan-screen.js';
import { startProgress } from '../progress.js';
import type { OutputFormat } from './output-format.js';

/** The answer and a final newline. Piped: written only once an attempt has succeeded. Live: as it comes. */
export function textFormat(context: CommandContext, live: boolean): OutputFormat {
  const { output, globals, world } = context;
  const progress = startProgress(context);
  /** The end of what was shown. */
  let shown = '';
  return {
    planned: async (_, view) => {
      const paint = await output.paint('stdout');
      const look = { paint, isVerbose: globals.verbose > 0, width: world.stdout.columns };
      await output.prose(`${planScreen(view, look)}\n`);
    },
    costs: progress.costs,
    event: async (event) => {
      progress.update(event);
      if (live && event.type === 'output.restart') {
        if (!shown.endsWith('\n')) await output.answer('\n');
        await output.warn(
          `${pairName(event.candidate)} writes its answer again: the text above does not count`,
        );
      }
      if (live && event.type === 'retry.scheduled' && !shown.endsWith('\n') && shown !== '') {
        shown = '\n';
        await output.answer(shown);
      }
      if (!live || event.type !== 'output.delta') return;
      progress.stop();
      const piece = pieceOf(event);
      shown = endOf(piece) || shown;
      await output.answer(piece);
    },
    finished: async ({ text }, isInFile) => {
      progress.stop();
      if (shown !== '') await output.answer(shown.endsWith('\n') ? '' : '\n');
      else if (text !== null && !isInFile)
        await output.answer(text.endsWith('\n') || text === '' ? text : `${text}\n`);
    },
  };
}

/** The last character, as far as a line feed can be told from another. */
function endOf(piece: Piece): string {
  const { bytes } = piece;
  return bytes === null ? piece.text.slice(-1) : String.fromCharCode(...bytes.subarray(-1));
}
