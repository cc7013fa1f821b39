// The benchmarks of `npm run bench`, in the order of the table. A file is run in a process of its own, with `args`, or `quick` in a quick
// run; `nodes` are further majors of Node on which it is run where npm can install them.
export const GROUPS = [
  { name: 'start', file: 'start.mjs' },
  { name: 'peers', file: 'peers.mjs' },
  { name: 'streams', file: 'streams.mjs' },
  { name: 'http', file: 'http.mjs' },
  { name: 'library', file: 'library.mjs' },
  {
    name: 'serve',
    file: 'serve.mjs',
    args: ['--seconds', '2', '--only', 'direct,node proxy,portkey,claude-code-router,serve'],
    quick: '--connections 1 --seconds 0.2 --warm-up 300 --rounds 1 --only'
      .split(' ')
      .concat('direct,node proxy,serve'),
  },
  { name: 'gateway', file: 'gateway.mjs' },
  { name: 'ledger', file: 'ledger.mjs', nodes: [24] },
  { name: 'postgres', file: 'postgres.mjs' },
  { name: 'limits', file: 'limits.mjs' },
  { name: 'stats', file: 'stats.mjs' },
  { name: 'trace', file: 'trace.mjs' },
  { name: 'snapshot', file: 'snapshot.mjs' },
  { name: 'validate', file: 'validate.mjs' },
  { name: 'redact', file: 'redact.mjs' },
  { name: 'savings', file: 'savings.mjs' },
];
