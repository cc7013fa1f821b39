'use strict';
// Run by the build: executes one ordinary `exec`, so that V8 has compiled what a start needs, and keeps the compiled code.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { load, cacheFile } = require('../bin/load.cjs');
const { ownHome } = require('./own-home.cjs');

const folder = mkdtempSync(path.join(tmpdir(), 'llm-router-build-'));
const config = path.join(folder, 'llm-router.yaml');
writeFileSync(
  config,
  `version: 1
agents: { me: { preferred_tool: node } }
tools: { node: { binary: ${JSON.stringify(process.execPath)}, args: [-e, "console.log(1)"], billing: free } }
`,
);
process.env = ownHome(process.env, folder);
process.stdout.write = (_text, done) => {
  done?.();
  return true;
};
process.exitCode = 1; // until the run has ended well

const { exports: cli, script } = load(undefined);
cli
  .main(['exec', '--config', config, '-a', 'me', '--no-stdin', '--json', 'hello'], cli.realWorld())
  .then((code) => {
    if (code === 0) writeFileSync(cacheFile, script.createCachedData());
    process.exitCode = code;
  })
  .finally(() => rmSync(folder, { recursive: true, force: true }));
