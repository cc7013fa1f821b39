'use strict';
const fs = require('node:fs');
const net = require('node:net');
const { spawn } = require('node:child_process');

/**
 * The body of every fake agent: tells the test over a socket how it was called, then does what the test says.
 * It ends when the test goes away, so a crashed test leaves nothing behind.
 */
module.exports = function agent({ name, socket, version }) {
  const argv = process.argv.slice(2);
  if (version !== null && argv.length === 1 && argv[0] === '--version') {
    fs.writeSync(1, `${version}\n`);
    return;
  }
  const connection = net.connect(socket);
  const send = (message) => connection.write(`${JSON.stringify(message)}\n`);
  send({ type: 'hello', name, pid: process.pid, group: group(), argv, cwd: process.cwd(), env: process.env });
  reportStdin(send);
  obey(connection, send);
};

/** The process group, where the system shows it; elsewhere the router makes the tool the leader of its own. */
function group() {
  try {
    const stat = fs.readFileSync('/proc/self/stat', 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return process.pid;
  }
}

function reportStdin(send) {
  process.stdin.on('data', (chunk) => send({ type: 'stdin', data: chunk.toString('base64') }));
  process.stdin.on('end', () => send({ type: 'stdin-end' }));
  process.stdin.on('error', () => send({ type: 'stdin-end' }));
}

function obey(connection, send) {
  const gone = () => process.exit(1);
  connection.on('error', gone);
  connection.on('close', gone);
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  let rest = '';
  let queue = Promise.resolve();
  connection.setEncoding('utf8');
  connection.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const command = JSON.parse(line);
      queue = queue.then(() => COMMANDS[command.type](command, { connection, send }));
    }
  });
}

const COMMANDS = {
  stdout: ({ data }) => write(process.stdout, data),
  stderr: ({ data }) => write(process.stderr, data),
  closeStdout: () => fs.closeSync(1),
  exit: ({ code }, { connection }) => new Promise(() => connection.write('\n', () => process.exit(code))),
  raise: ({ signal }) => process.kill(process.pid, signal),
  ignore: ({ signal }, { send }) => {
    process.on(signal, () => send({ type: 'signal', signal }));
    send({ type: 'ignoring' });
  },
  fork: ({ detached }, { send }) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: detached ? 'ignore' : ['ignore', 'inherit', 'inherit'],
      detached,
    });
    send({ type: 'forked', pid: child.pid });
  },
};

function write(stream, data) {
  return new Promise((resolve) => stream.write(Buffer.from(data, 'base64'), resolve));
}
