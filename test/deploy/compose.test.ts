import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { rigged } from '../rig/rig.js';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  volumes?: string[];
  secrets?: string[];
  depends_on?: string[] | Record<string, unknown>;
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { environment: string }>;
  volumes: Record<string, unknown>;
}

const text = readFileSync('deploy/compose.yaml', 'utf8');
const compose = parse(text) as Compose;
const services = Object.entries(compose.services);

describe('deploy/compose.yaml', () => {
  it('refers to files, volumes, secrets and services that there are', () => {
    for (const [name, service] of services) {
      const sources = (service.volumes ?? []).map((one) => one.split(':')[0] ?? '');
      for (const source of sources) {
        const isThere = source.startsWith('./')
          ? existsSync(path.join('deploy', source))
          : Object.hasOwn(compose.volumes, source);
        expect([name, source, isThere]).toEqual([name, source, true]);
      }
      if (service.build !== undefined)
        expect(existsSync(path.join('deploy', service.build.context, service.build.dockerfile))).toBe(true);
      const needed = service.depends_on ?? [];
      for (const one of Array.isArray(needed) ? needed : Object.keys(needed))
        expect(Object.keys(compose.services)).toContain(one);
      for (const one of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(one);
    }
  });

  it('takes every value from the file that is to be copied, and holds no secret', () => {
    const named = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    const example = readFileSync('deploy/compose/env.example', 'utf8').match(/^\w+(?==$)/gm) ?? [];
    expect([...named].sort()).toEqual([...example].sort());
  });

  it('mounts files that are all well formed', () => {
    const files = readdirSync('deploy/compose', { recursive: true, encoding: 'utf8' });
    const yaml = files.filter((file) => /\.ya?ml$/.test(file));
    expect(yaml.length).toBeGreaterThan(3);
    for (const file of yaml)
      expect(parse(readFileSync(path.join('deploy/compose', file), 'utf8'))).toBeInstanceOf(Object);
    const scrape = parse(readFileSync('deploy/compose/prometheus.yml', 'utf8'));
    const [{ authorization, static_configs: targets }] = scrape.scrape_configs;
    expect(authorization.credentials_file).toBe(`/run/secrets/${compose.services.prometheus?.secrets?.[0]}`);
    expect(targets).toEqual([{ targets: ['router:4141'] }]);
  });

  it(
    'starts the router with a config that is valid',
    rigged(async (rig) => {
      const config = rig.write('compose.yaml', readFileSync('deploy/compose/llm-router.yaml', 'utf8'));
      const env = {
        LLM_ROUTER_DATABASE_URL: 'postgres://router:x@postgres/llm_router',
        ANTHROPIC_API_KEY: 'x',
      };
      const { code, stdout, stderr } = await rig.run(['config', 'validate', '--strict', config], { env });
      expect([code, stdout + stderr]).toEqual([0, expect.any(String)]);
    }),
  );
});

it.each(['deploy/compose/Dockerfile', 'deploy/container/Containerfile', 'docs/serve.md'])(
  '%s gives the folder of the ledger to the user of the server, since a new volume takes its owner from there',
  (file) => {
    const lines = readFileSync(file, 'utf8');
    const made = lines.indexOf('chown node:node /home/node/.local');
    expect(made).toBeGreaterThan(0);
    expect(lines.indexOf('USER node')).toBeGreaterThan(made);
  },
);
