import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { LABELS, METRICS } from '../../src/metrics/definitions.js';
import { metered } from '../metrics/metered.js';
import { runInProcess } from '../rig/in-process.js';
import { alertRules, dashboard, filled, type Panel, wrongNames } from './expressions.js';

const panels = dashboard().panels;
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

describe('the alert rules', () => {
  it('name only metrics and labels that there are', () => {
    expect(alertRules().length).toBeGreaterThanOrEqual(10);
    expect(
      alertRules().flatMap(({ alert, expr }) => wrongNames(expr).map((one) => `${alert}: ${one}`)),
    ).toEqual([]);
  });

  it('count in `increase`, where a threshold is a number of events', () => {
    for (const { expr } of alertRules().filter((one) => one.alert.startsWith('LlmGovernanceViolations')))
      expect(expr).toMatch(/increase\(llm_governance_violations_total\[1h\]\)\) > 10$/);
  });

  it('say what is wrong and what to do', () => {
    for (const { annotations } of alertRules())
      expect(annotations).toEqual({ summary: expect.any(String), description: expect.stringContaining('`') });
  });

  it('name only commands and options that there are', async () => {
    const texts = alertRules().map(({ annotations }) => annotations.description ?? '');
    const lines = texts.flatMap((text) =>
      [...text.matchAll(/`llm-router ([^`]+)`/g)].map(([, line = '']) => line),
    );
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      const [command = '', ...rest] = line.split(' ');
      const { code, stdout } = await runInProcess([command, '--help'], { root: tmpdir() });
      expect([line, code]).toEqual([line, 0]);
      for (const option of rest.filter((word) => word.startsWith('--'))) expect(stdout).toContain(option);
    }
  });

  it('are each tried on a series where they fire and on one where they do not', () => {
    const { tests } = parse(readFileSync('deploy/prometheus/rules.test.yml', 'utf8'));
    const tried = tests.flatMap((one: { alert_rule_test: object[] }) => one.alert_rule_test);
    const having = (fires: boolean) =>
      new Set(
        tried
          .filter((one: { exp_alerts?: unknown[] }) => (one.exp_alerts?.length ?? 0) > 0 === fires)
          .map((one: { alertname: string }) => one.alertname),
      );
    const names = new Set(alertRules().map(({ alert }) => alert));
    expect(having(true)).toEqual(names);
    expect(having(false)).toEqual(names);
  });
});

it('the page on deploy/ lists every alert', () => {
  const listed = [...readFileSync('deploy/README.md', 'utf8').matchAll(/^\| `(Llm\w+)` \|/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual(expect.arrayContaining(alertRules().map(({ alert }) => alert)));
  expect(listed.length).toBe(alertRules().length);
});

describe('the dashboard', () => {
  it('names only metrics and labels that there are', () => {
    expect(queries.flatMap(({ title, expr }) => wrongNames(expr).map((one) => `${title}: ${one}`))).toEqual(
      [],
    );
    for (const { query } of dashboard().templating.list.slice(1)) {
      const [, metric = '', label = ''] = /label_values\((\w+), (\w+)\)/.exec(JSON.stringify(query)) ?? [];
      expect(wrongNames(`sum by (${label}) (${metric})`)).toEqual([]);
    }
  });

  it('shows every metric', () => {
    const text = queries.map(({ expr }) => expr).join('\n');
    expect(Object.keys(METRICS).filter((name) => !text.includes(name))).toEqual([]);
  });

  it('names in its legends only labels that its queries leave', () => {
    for (const { expr, legendFormat } of panels.flatMap(({ targets }) => targets)) {
      const shown = [...(legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      const [, left = ''] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
      expect(left.split(', ')).toEqual(expect.arrayContaining(shown));
    }
  });

  it('has panels of one id each that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const overlaps = panels.filter((one, index) =>
      panels.slice(index + 1).some((other) => overlap(one, other)),
    );
    expect(overlaps.map(({ title }) => title)).toEqual([]);
  });
});

it('a query of a name that there is not is found', () => {
  expect(wrongNames('sum by (agent) (rate(llm_requests_total{color="red"}[5m]))')).toEqual([
    '`llm_requests_total` has no label `color`',
    'no label `agent`',
  ]);
  expect(wrongNames('llm_requests')).toEqual(['no metric `llm_requests`']);
  expect(wrongNames('llm_request_duration_seconds')).toEqual(['no metric `llm_request_duration_seconds`']);
  expect(Object.keys(LABELS)).toContain('token_type');
});

describe('by the tools of Prometheus', () => {
  if (!isInstalled('promtool') || !isInstalled('amtool')) {
    process.stderr.write(
      'SKIPPED: the checks of deploy/ by `promtool` and `amtool`, which are not installed (apt-get install prometheus prometheus-alertmanager, or see .ci/run)\n',
    );
    it.skip('the checks of deploy/: `promtool` and `amtool` are not installed', () => {});
    return;
  }

  it.each([
    ['promtool', 'check', 'rules', 'deploy/prometheus/rules.yml'],
    ['promtool', 'check', 'config', 'deploy/prometheus/prometheus.yml'],
    ['promtool', 'test', 'rules', 'deploy/prometheus/rules.test.yml'],
    ['amtool', 'check-config', 'deploy/alertmanager/alertmanager.yml'],
  ])('%s %s %s %s', (program, ...args) => expect(said(program, args)).toEqual({ status: 0, stderr: '' }));

  it.each([
    ['severity=critical', 'LlmMissingKey', 'pagerduty,webhook'],
    ['severity=critical', 'LlmBudgetUsedUp', 'pagerduty,slack,webhook'],
    ['severity=warning', 'LlmBudgetNearlyUsed', 'slack,webhook'],
    ['severity=warning', 'LlmErrorShareHigh', 'webhook'],
  ])('an alert of %s, %s, goes to %s', (severity, name, receivers) => {
    const labels = ['service=llm-router', severity, `alertname=${name}`];
    const file = '--config.file=deploy/alertmanager/alertmanager.yml';
    const { stdout } = spawnSync('amtool', ['config', 'routes', 'test', file, ...labels], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe(receivers);
  });

  it('every query of the dashboard can be parsed', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llm-dashboard-'));
    const file = path.join(folder, 'queries.json');
    const rules = queries.map(({ expr }, index) => ({ record: `panel:query:${index}`, expr: filled(expr) }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(said('promtool', ['check', 'rules', file])).toEqual({ status: 0, stderr: '' });
    rmSync(folder, { recursive: true, force: true });
  });

  it('the text of /metrics has no fault, with every metric in use', async () => {
    const { run, text } = await metered(BUSY);
    for (const agent of ['writer', 'strict']) await run({ agent });
    expect(said('promtool', ['check', 'metrics'], await text())).toEqual({ status: 0, stderr: '' });
  });
});

const BUSY = `
agents:
  writer: { preferred_tool: first, fallback_chain: [second] }
  strict: { preferred_tool: first, policy: strict }
tools:
  first: { kind: mock, billing: api, models: [sonnet], responses: [{ failure: { type: rate_limit, message: no } }] }
  second: { kind: mock, billing: api, models: [opus], responses: [{ text: hi, usage: { input_tokens: 9, output_tokens: 5 } }] }
policies:
  default: { retry: { base_delay: 1ms, max_delay: 1ms } }
  strict: { governance: { allowed_models: [opus] } }
`;

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** How a program ends, and what it says of faults. */
function said(program: string, args: readonly string[], input = '') {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8', input });
  return { status, stderr: status === 0 ? stderr : `${stdout}${stderr}` };
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
