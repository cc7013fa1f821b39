import { preparePrograms } from '../../test/docs/guide.js';
import type { Rig } from '../../test/rig/rig.js';
import type { Scene } from './scenes.js';

/** Enough for every screen, so that nothing scrolls. */
const ROWS = 120;

/** What a terminal of so many columns receives when the commands of a scene are typed into it. */
export async function screenOf(rig: Rig, scene: Scene, columns: number): Promise<string> {
  preparePrograms(rig);
  for (const [file, text] of Object.entries(scene.files)) rig.write(file, text);
  await scene.before?.(rig);
  let screen = '';
  for (const command of scene.commands) {
    rig.write('.typed.sh', `/usr/bin/stty cols ${columns} rows ${ROWS}\n${command}\n`);
    const typed = '/usr/bin/script -qec "/bin/sh .typed.sh" /dev/null < /dev/null || true';
    const { stdout } = await rig.shell(typed, { env: { TERM: 'xterm-256color', FORCE_COLOR: undefined } });
    screen += `${prompt(command)}${shown(stdout, rig, scene.until)}\r\n`;
  }
  return screen.trimEnd();
}

function prompt(command: string): string {
  return `\u001b[1;36m$\u001b[0m \u001b[1m${command.replaceAll('\n', '\r\n')}\u001b[0m\r\n`;
}

/** Up to and with the last match of `until`; folders of the machine by the names of an everyday one. Paths inside a line are as long as the real ones, so that it breaks where it would. */
function shown(output: string, rig: Rig, until: RegExp | undefined): string {
  const ends = until === undefined ? [] : [...output.matchAll(new RegExp(until, 'g'))];
  const last = ends.at(-1);
  const part = last === undefined ? output : output.slice(0, last.index + last[0].length);
  const places = {
    [rig.bin]: '/home/worker/.local/bin',
    [rig.project]: '~/work',
    [rig.config]: '~/.config',
    [rig.state]: '~/.local/state',
    [rig.data]: '~/.local/share',
    [rig.home]: '~',
    [rig.tmp]: '/tmp',
  };
  return Object.entries(places).reduce((text, [real, name]) => text.replaceAll(real, name), part);
}
