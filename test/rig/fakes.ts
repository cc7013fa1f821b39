import { createServer, type Server, type Socket } from 'node:net';

/** One run of a fake agent, driven by the test. */
export interface Call {
  name: string;
  /** Arguments behind the program's name. */
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  pid: number;
  /** Everything that came by standard input; resolves when it was closed. */
  stdin(): Promise<Buffer>;
  stdout(data: string | Buffer): void;
  stderr(data: string | Buffer): void;
  closeStdout(): void;
  /** Ends the agent once everything said before is written. */
  exit(code: number): void;
  /** Dies by this signal. */
  raise(signal: NodeJS.Signals): void;
  /** Ignores this signal; resolves once the handler is installed. */
  ignore(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when an ignored signal has come. */
  signalled: Promise<void>;
  /** Starts a child that never ends by itself, in the agent's group or (`detached`) in a session of its own. */
  fork(detached?: boolean): Promise<number>;
  /** Resolves when the agent's process is gone. */
  gone: Promise<void>;
}

type Message =
  | {
      type: 'hello';
      name: string;
      pid: number;
      group: number;
      argv: string[];
      cwd: string;
      env: Record<string, string>;
    }
  | { type: 'stdin'; data: string }
  | { type: 'stdin-end' | 'ignoring' }
  | { type: 'signal'; signal: string }
  | { type: 'forked'; pid: number };

type Hello = Extract<Message, { type: 'hello' }>;

/** The server to which all fakes of a rig report. */
export interface Hub {
  /** Process groups that fakes reported. */
  groups: Set<number>;
  /** Sets the handler for calls of the fake with this name. */
  onCall(name: string, handler: (call: Call) => void): void;
  close(): Promise<void>;
}

/** Listens on a unix socket for the fakes of one rig. */
export async function openHub(socketPath: string): Promise<Hub> {
  const groups = new Set<number>();
  const handlers = new Map<string, (call: Call) => void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    listen(socket, (hello, call) => {
      groups.add(hello.group);
      handlers.get(hello.name)?.(call);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    groups,
    onCall: (name, handler) => void handlers.set(name, handler),
    close: () => closeServer(server, sockets),
  };
}

function closeServer(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

interface Waiting {
  stdin: Buffer[];
  stdinEnded: Deferred;
  signalled: Deferred;
  gone: Deferred;
  /** Answers to `fork` and `ignore`, in the order in which they were asked. */
  answers: ((message: Message) => void)[];
}

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
}

function listen(socket: Socket, onHello: (hello: Hello, call: Call) => void): void {
  const waiting: Waiting = {
    stdin: [],
    stdinEnded: deferred(),
    signalled: deferred(),
    gone: deferred(),
    answers: [],
  };
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => {
    waiting.stdinEnded.resolve();
    waiting.gone.resolve();
  });
  socket.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text !== '')) {
      const message = JSON.parse(line) as Message;
      if (message.type === 'hello') onHello(message, callOf(socket, message, waiting));
      else receive(message, waiting);
    }
  });
}

function receive(message: Message, waiting: Waiting): void {
  if (message.type === 'stdin') waiting.stdin.push(Buffer.from(message.data, 'base64'));
  if (message.type === 'stdin-end') waiting.stdinEnded.resolve();
  if (message.type === 'signal') waiting.signalled.resolve();
  if (message.type === 'forked' || message.type === 'ignoring') waiting.answers.shift()?.(message);
}

function callOf(socket: Socket, hello: Hello, waiting: Waiting): Call {
  const say = (command: Record<string, unknown>) => void socket.write(`${JSON.stringify(command)}\n`);
  const ask = (command: Record<string, unknown>) =>
    new Promise<Message>((resolve) => {
      waiting.answers.push(resolve);
      say(command);
    });
  return {
    name: hello.name,
    argv: hello.argv,
    cwd: hello.cwd,
    env: hello.env,
    pid: hello.pid,
    stdin: () => waiting.stdinEnded.promise.then(() => Buffer.concat(waiting.stdin)),
    stdout: (data) => say({ type: 'stdout', data: Buffer.from(data).toString('base64') }),
    stderr: (data) => say({ type: 'stderr', data: Buffer.from(data).toString('base64') }),
    closeStdout: () => say({ type: 'closeStdout' }),
    exit: (code) => say({ type: 'exit', code }),
    raise: (signal) => say({ type: 'raise', signal }),
    ignore: (signal) => ask({ type: 'ignore', signal }).then(() => undefined),
    signalled: waiting.signalled.promise,
    fork: (detached = false) =>
      ask({ type: 'fork', detached }).then((message) => (message.type === 'forked' ? message.pid : 0)),
    gone: waiting.gone.promise,
  };
}

function deferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
