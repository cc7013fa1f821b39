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

describe('a shared ledger', () => {
  /** Nothing listens on port 1. */
  const env = { TEAM_LEDGER: 'postgres://ada@127.0.0.1:1/team' };
  const shared = `${CONFIG}ledger: { url_env: TEAM_LEDGER }\n`;

  it(
    'that is away is described by what waits for it on this machine',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', shared);
      expect((await rig.run(['exec', 'hi'], { env })).code).toBe(0);
      const { code, stdout, stderr } = await rig.run(['ledger', 'status'], { env });
      expect([code, stdout]).toEqual([
        66,
        `ledger    ${env.TEAM_LEDGER}?schema=llm_router\npending   1 record on this machine\n`,
      ]);
      expect(stderr).toContain('cannot be reached');
      expect(await statusOf(rig, env)).toMatchObject({
        code: 66,
        engine: 'postgresql',
        schema_version: null,
        pending: 1,
        server: null,
        trouble: { kind: 'away' },
      });
      const check = await rig.run(['ledger', 'migrate', '--check'], { env });
      expect(check).toMatchObject({ code: 66, stdout: '' });
    }),
  );

  it(
    'of a config that is not trusted is not replaced by the file of this user without a word',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', shared);
      const untrusted = { env: { ...env, LLM_ROUTER_TRUST: undefined } };
      const said = '`llm-router.yaml` is not trusted yet, so the `ledger` of the config is not used';
      for (const words of ['ledger status', 'stats', 'stats --races', 'budget', 'audit']) {
        const { code, stderr } = await rig.run(words.split(' '), untrusted);
        expect([words, code, stderr]).toEqual([words, 0, expect.stringContaining(said)]);
        expect(stderr).toContain('`llm-router config trust`');
      }
      for (const words of ['ledger migrate', 'ledger migrate --check', 'ledger import', 'stats prune']) {
        const { code, stdout, stderr } = await rig.run(words.split(' '), untrusted);
        expect([words, code, stdout, stderr]).toEqual([words, 77, '', expect.stringContaining(said)]);
      }
      const named = { env: { ...untrusted.env, LLM_ROUTER_LEDGER: 'own.db' } };
      expect((await rig.run(['ledger', 'migrate'], named)).code).toBe(0);
    }),
  );
});
