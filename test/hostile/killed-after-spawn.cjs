// Preloaded into the command line: kills it with SIGKILL right after it has started its tool.
const childProcess = require('node:child_process');

const { spawn } = childProcess;
childProcess.spawn = (...args) => {
  spawn(...args);
  process.kill(process.pid, 'SIGKILL');
};
