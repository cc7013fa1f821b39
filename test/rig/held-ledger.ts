import { spawn } from 'node:child_process';
import { once } from 'node:events';

const SCRIPT = `
  const node = process.getBuiltinModule?.('node:sqlite');
  const db = node === undefined ? new (require('libsql'))(process.argv[1]) : new node.DatabaseSync(process.argv[1]);
  db.exec('BEGIN ' + process.argv[2]);
  process.stdin.resume().on('end', () => {
    db.exec('ROLLBACK');
    db.close();
  });
  console.log('held');
`;

/** Another process takes the write lock of a ledger, and keeps it until it is told to let go; `EXCLUSIVE` also keeps readers from a new one. */
export async function holdLedger(
  file: string,
  lock: 'IMMEDIATE' | 'EXCLUSIVE' = 'IMMEDIATE',
): Promise<{ letGo(): Promise<void> }> {
  const holder = spawn(process.execPath, ['-e', SCRIPT, file, lock], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(holder.stdout, 'data');
  return {
    letGo: async () => {
      if (holder.exitCode !== null) return;
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
    },
  };
}
