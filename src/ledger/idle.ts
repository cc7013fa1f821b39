import path from 'node:path';
import { type Driver, remembering } from './driver.js';
import { inodeOf } from './inode.js';

type Open = (path: string) => Driver;

interface Connection {
  driver: Driver;
  file: string;
  /** Which file was there before it was opened; `null`: none. */
  inode: string | null;
}

/** A connection that was closed; the garbage collector may take it, and libsql then closes its file. */
interface Idle {
  connection: WeakRef<Connection>;
  file: string;
  /** The inodes of the file and of its log at that time. */
  inodes: string;
}

/**
 * A driver whose closed connections serve the next that open the same file. libsql keeps the file of a closed one open until all its
 * statements are collected and the event loop has turned once more, and has no function to end a statement: a process that opens and closes
 * a file again and again would run out of descriptors (https://github.com/tursodatabase/libsql-js/issues/230).
 */
export function reusing(open: Open): Open {
  let idle: Idle[] = [];
  const take = (file: string): Connection | undefined => {
    const inodes = inodesOf(file);
    idle = idle.filter(({ connection }) => connection.deref() !== undefined);
    const index = idle.findIndex((one) => one.file === file && one.inodes === inodes);
    return index < 0 ? undefined : idle.splice(index, 1)[0]?.connection.deref();
  };
  const put = (connection: Connection): void => {
    const { driver, file, inode } = connection;
    if (inode === null || inode !== inodeOf(file)) driver.close();
    else {
      rollBack(driver);
      idle.push({ connection: new WeakRef(connection), file, inodes: inodesOf(file) });
    }
  };
  return (file) => lent(take(file) ?? connect(open, file), put);
}

function connect(open: Open, file: string): Connection {
  // Asked before it is opened: where the file is replaced between, the connection is not used again. A database in memory has no path.
  const inode = path.isAbsolute(file) ? inodeOf(file) : null;
  return { driver: remembering(open(file)), file, inode };
}

/** The connection until it is closed. From then on it is not referred to, and may serve another. */
function lent(connection: Connection, giveBack: (connection: Connection) => void): Driver {
  let own: Connection | null = connection;
  const driver = (): Driver => {
    if (own === null) throw new Error('the connection is closed');
    return own.driver;
  };
  return {
    exec: (sql) => driver().exec(sql),
    prepare: (sql) => driver().prepare(sql),
    close: () => {
      if (own !== null) giveBack(own);
      own = null;
    },
  };
}

function inodesOf(file: string): string {
  return `${inodeOf(file)} ${inodeOf(`${file}-wal`)}`;
}

/** As closing does. */
function rollBack(driver: Driver): void {
  try {
    driver.exec('ROLLBACK');
  } catch {
    // No transaction is open, as a rule.
  }
}
