import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRig } from '../../test/rig/rig.js';
import { openPainter } from './picture.js';
import { SCENES } from './scenes.js';
import { screenOf } from './terminal.js';

/**
 * Pictures of the screens of real runs, for the docs. Needs `script` of util-linux and Debian's chromium.
 * `npm run screens -- [--only NAME] [--columns 80] [--light] [--folder FOLDER]`
 */
export async function run({ root, args }: { root: string; args: string[] }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      columns: { type: 'string', default: '80' },
      light: { type: 'boolean', default: false },
      folder: { type: 'string', default: path.join(root, 'docs', 'images', 'screens') },
    },
  });
  const scenes = SCENES.filter(({ name }) => values.only === undefined || values.only === name);
  mkdirSync(values.folder, { recursive: true });
  const painter = await openPainter({ columns: Number(values.columns), isLight: values.light });
  try {
    for (const scene of scenes) {
      const rig = await createRig('/tmp');
      const screen = await screenOf(rig, scene, Number(values.columns)).finally(() => rig.close());
      const file = path.join(values.folder, `${scene.name}.png`);
      const picture = await painter.picture(screen);
      writeFileSync(file, picture);
      process.stdout.write(`${file}  ${Math.ceil(picture.length / 1000)} kB\n`);
    }
  } finally {
    await painter.close();
  }
  return 0;
}
