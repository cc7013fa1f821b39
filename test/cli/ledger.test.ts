import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

const CONFIG = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: mock } }
`;

/** What `ledger status --json` says. */
async function statusOf(rig: Rig, env: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { code, stdout } = await rig.run(['ledger', 'status', '--json'], { env });
  return { code, ...(JSON.parse(stdout) as object) };
}

describe('the ledger file', () => {
  it(
    'is described, made and left alone',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      expect(await statusOf(rig)).toMatchObject({
        code: 0,
        engine: 'sqlite',
        engine_version: null,
        schema_version: 0,
        server: null,
        trouble: null,
      });
      expect((await rig.run(['ledger', 'status'])).stdout).toMatch(/^rights {4}may make the file$/m);
      const missing = await rig.run(['stats'], { env: { LLM_ROUTER_LEDGER: 'gone.db' } });
      expect(missing.stderr).toContain('gone.db`, and there is no such file yet');
      const check = await rig.run(['ledger', 'migrate', '--check']);
      expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('would make the schema of') });
      expect(await statusOf(rig)).toMatchObject({ schema_version: 0 });
      const made = await rig.run(['ledger', 'migrate']);
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('made the schema of') });
      await rig.run(['exec', 'hi']);
      const status = await statusOf(rig);
      expect(status).toMatchObject({ code: 0, may_write: true, invocations: 0, pending: 1 });
      expect(status.schema_version).toBe(status.newest_schema_version);
      expect((await rig.run(['ledger', 'migrate', '--check'])).code).toBe(0);
      expect((await rig.run(['ledger', 'status'])).stdout).toMatch(/^pending {3}1 record on this machine$/m);
    }),
  );

  it(
    'is no place to import into',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const { code, stderr } = await rig.run(['ledger', 'import']);
      expect(code).toBe(78);
      expect(stderr).toContain('not a shared database to import into');
      expect(stderr).toContain('`ledger.url_env`');
    }),
  );

  it(
    'that is another program’s is refused',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', CONFIG);
      const LLM_ROUTER_LEDGER = rig.write(
        'notes.db',
        'not a database at all, but long enough to be read as one',
      );
      const { code, stderr } = await rig.run(['ledger', 'status'], { env: { LLM_ROUTER_LEDGER } });
      expect(code).toBe(66);
      expect(stderr).toContain('is damaged, or is no ledger');
    }),
  );
});
