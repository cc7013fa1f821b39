import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { type Desk, openDesk } from './desk.js';
import { SCENES } from './scenes.js';
import { sheetOf } from './sheet.js';

const IS_UPDATE = process.env.UPDATE_FIXTURES === '1';
const FOLDER = path.join(ROOT, 'test/fixtures/screens');

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.remove());

/** `UPDATE_FIXTURES=1` writes the files; read them before they are committed. */
describe('the screen of', () => {
  it.each(SCENES)('$name is as its file shows it', async (scene) => {
    const file = path.join(FOLDER, `${scene.name}.txt`);
    const sheet = await sheetOf(desk, scene);
    if (IS_UPDATE) writeFileSync(file, sheet);
    expect(sheet).toBe(readFileSync(file, 'utf8'));
  });
});
