import { describe, expect, it } from '@jest/globals';
import { isAlive } from './processes.js';
import { createRig, rigged } from './rig.js';

describe('the rig', () => {
  it(
    'drives a fake: arguments, folder, standard input and output, exit code',
    rigged(async (rig) => {
      const claude = rig.fake('claude');
      const done = rig.shell('claude --model "a b" "$EMPTY"; exit 0', {
        stdin: 'hello\n',
        env: { EMPTY: '' },
      });
      const call = await claude.nextCall();
      expect(call.argv).toEqual(['--model', 'a b', '']);
      expect(call.cwd).toBe(rig.project);
      expect(call.env.HOME).toBe(rig.home);
      expect((await call.stdin()).toString()).toBe('hello\n');
      call.stdout('answer');
      call.stderr('noise');
      call.exit(0);
      expect(await done).toMatchObject({ code: 0, stdout: 'answer', stderr: 'noise' });
    }),
  );

  it(
    'plays a script and records the calls',
    rigged(async (rig) => {
      const claude = rig.script('claude', [
        { stdout: 'one' },
        { expect: { argv: ['b'] }, stderr: 'two', exit: 3 },
      ]);
      expect(await rig.shell('claude a; claude b')).toMatchObject({ code: 3, stdout: 'one', stderr: 'two' });
      expect(claude.calls.map((call) => call.argv)).toEqual([['a'], ['b']]);
    }),
  );

  it(
    'gives programs nothing of the environment of the tests',
    rigged(async (rig) => {
      const { stdout } = await rig.shell('export -p');
      expect(stdout).toContain(rig.home);
      expect(stdout).not.toContain('NODE_EXTRA_CA_CERTS');
      expect(stdout).not.toContain('NODE_OPTIONS');
    }),
  );

  it(
    'rejects a wait for a call once every run has ended',
    rigged(async (rig) => {
      const call = rig.fake('claude').nextCall();
      const [run, waited] = await Promise.allSettled([rig.shell('echo over'), call]);
      expect(run.status).toBe('fulfilled');
      expect(waited).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('never called') },
      });
    }),
  );
});

describe('the rig fails the test on', () => {
  it('an unused step', async () => {
    const rig = await createRig();
    rig.script('claude', [{ stdout: 'never' }]);
    await expect(rig.close()).rejects.toThrow('unused step of `claude`: {"stdout":"never"}');
  });

  it('a call after the end of the script', async () => {
    const rig = await createRig();
    rig.script('claude', []);
    expect((await rig.shell('claude once')).code).toBe(99);
    await expect(rig.close()).rejects.toThrow('unexpected call of `claude` with ["once"]');
  });

  it('a call that the test did not take', async () => {
    const rig = await createRig();
    const claude = rig.fake('claude');
    const done = rig.shell('claude first');
    await claude.arrived();
    await expect(rig.close()).rejects.toThrow('unexpected call of `claude` with ["first"]');
    await done;
  });

  it('arguments that differ from the script', async () => {
    const rig = await createRig();
    rig.script('claude', [{ expect: { argv: ['right'] } }]);
    await rig.shell('claude wrong');
    await expect(rig.close()).rejects.toThrow('argv is ["wrong"], expected ["right"]');
  });

  it.each([
    { where: 'the group of the agent', detached: false },
    { where: 'a session of its own', detached: true },
  ])('a process left in $where, and ends it', async ({ detached }) => {
    const rig = await createRig();
    const claude = rig.fake('claude');
    const done = rig.shell('claude >/dev/null 2>&1');
    const call = await claude.nextCall();
    const pid = await call.fork(detached);
    call.exit(0);
    await done;
    expect(isAlive(pid)).toBe(true);
    await expect(rig.close()).rejects.toThrow(`process ${pid} is still alive`);
  });

  it('a program that is still running', async () => {
    const rig = await createRig();
    const claude = rig.fake('claude');
    const done = rig.shell('claude');
    await claude.nextCall();
    await expect(rig.close()).rejects.toThrow('was still running');
    await done;
  });

  it('a temporary file', async () => {
    const rig = await createRig();
    await rig.shell(': > "$TMPDIR/prompt.txt"');
    await expect(rig.close()).rejects.toThrow('left behind in TMPDIR: prompt.txt');
  });
});
