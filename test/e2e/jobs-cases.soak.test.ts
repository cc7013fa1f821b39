import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { solo } from './configs.js';
import { detach, jobs, jobsFolder } from './detached.js';

describe('a detached run', () => {
  it(
    'keeps its answer privately, as long as its trace',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.script('bot-cli', [{ stdout: 'secret' }]);
      const id = await detach(rig);
      await rig.run(['jobs', 'wait', id]);
      const folder = path.join(jobsFolder(rig), id);
      const modes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).mode & 0o777);
      expect([...new Set(modes), statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
      expect(await rig.run(['trace', 'prune', '--older-than', '1h'])).toMatchObject({ code: 0 });
      expect(readdirSync(jobsFolder(rig))).toEqual([id]);
      const config = solo('[go]').replace('version: 1', 'version: 1\ntraces: { retention_days: 30 }');
      rig.write('llm-router.yaml', config);
      const kept = path.join(folder, 'job.json');
      rig.write(
        kept,
        rig.read(kept).replace(/"keep_until":"[^"]*"/, '"keep_until":"2020-01-01T00:00:00.000Z"'),
      );
      await rig.shell(`/bin/chmod 600 ${kept}`);
      expect(await jobs(rig)).toEqual([]);
      expect(readdirSync(jobsFolder(rig))).toEqual([]);
      const gone = await rig.run(['jobs', 'wait', id]);
      expect(gone).toMatchObject({ code: 64, stderr: expect.stringContaining('there is no detached run') });
    }),
  );

  it(
    'fails as exec does, with the same words and exit code',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const step = { stderr: 'boom\n', exit: 3 };
      rig.script('bot-cli', [step, step]);
      const plain = await rig.run(['exec', '--no-stdin', 'hi']);
      const id = await detach(rig);
      const { code, stdout, stderr } = await rig.run(['jobs', 'wait', id]);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: plain.stdout, stderr: plain.stderr });
      const logs = await rig.run(['jobs', 'logs', '-f', id]);
      expect(logs).toMatchObject({ code: 0, stdout: plain.stderr });
    }),
  );
});
