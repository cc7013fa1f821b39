import type { RouterConfig } from '../config/types.js';
import type { ObservedRun } from '../telemetry/otlp/subject.js';
import { type Telemetry, telemetryOf } from '../telemetry/telemetry.js';
import type { Planned, PlannedCandidate } from './planned.js';
import type { Host, RouterWorld } from './world.js';

export type { ObservedVerification } from '../telemetry/otlp/subject.js';

/** The telemetry of a router; `null`: none is asked for. */
export function telemetryOfRouter(config: RouterConfig, { host, stores }: RouterWorld): Telemetry | null {
  if (stores.telemetry === null) return null;
  const { env, clock } = host;
  return telemetryOf(config, { env, now: clock.now, ...stores.telemetry });
}

/** What spans say of a planned run. */
export function observedRun(planned: Planned, { redactor }: Pick<Host, 'redactor'>): ObservedRun {
  const { id, traceId, nowMs, plan, policy, request } = planned;
  const { parentSpan, session, sourceAgent, parent, prompt, messages } = request;
  const system = request.system ?? planned.agent?.system ?? null;
  const isLogged = policy.privacy.logPrompts;
  const asked = [...messages, ...(prompt === '' ? [] : [{ role: 'user', text: prompt }])];
  return {
    id,
    traceId,
    parentSpan,
    startedMs: nowMs,
    agent: plan.agent,
    session,
    sourceAgent,
    parentId: parent?.id ?? null,
    policy: policy.name,
    texts: isLogged ? { system, messages: asked } : null,
    privateTexts: isLogged ? [] : [prompt, system, ...messages.map(({ text }) => text)],
    providerOf: (name) => providerOf(planned, name),
    apiOf: (tool) => {
      const candidate = planned.candidates.find((one) => one.tool.name === tool);
      return candidate === undefined ? null : apiOf(candidate);
    },
    redactor,
  };
}

function providerOf({ candidates, catalogue }: Planned, name: string | null): string | null {
  if (name === null) return null;
  const named = candidates.find(({ modelName }) => modelName === name)?.model ?? catalogue[name];
  return named?.provider ?? Object.values(catalogue).find(({ id }) => id === name)?.provider ?? null;
}

function apiOf({ call }: PlannedCandidate): string | null {
  return call.ok && 'request' in call.value.preview ? call.value.preview.request.url : null;
}
