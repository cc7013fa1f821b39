import { access } from './access.js';
import { availability } from './availability.js';
import { contextWindow } from './context-window.js';
import { cooldown } from './cooldown.js';
import type { Gate, GateInput, GateRefusal, GateRun, OpenGate } from './gate.js';
import { governance } from './governance.js';
import { justification } from './justification.js';
import { money } from './money.js';
import { offered } from './offered.js';
import { session } from './session.js';
import { slot } from './slot.js';

/**
 * Every gate. Candidates are checked and enter in this order, until the first refusal. They leave in the reverse order: money is
 * settled first, and the slot is released only after the cooldown is recorded.
 */
const GATES: readonly Gate[] = [
  offered,
  session,
  access,
  governance,
  contextWindow,
  availability,
  slot,
  cooldown,
  justification,
  money,
];

/** The first refusal of a candidate, and the gate's name; `null` lets it through. */
export function checkGates(input: GateInput): (GateRefusal & { gate: string }) | null {
  for (const { name, check } of GATES) {
    const refusal = check?.(input) ?? null;
    if (refusal !== null) return { ...refusal, gate: name };
  }
  return null;
}

/** The gates that act during an invocation, in their order. */
export function openGates(run: GateRun): OpenedGate[] {
  return ACTING.map(({ name, open }) => ({ name, gate: open(run) }));
}

/** A gate during one invocation, with its name. */
export interface OpenedGate {
  name: string;
  gate: OpenGate;
}

const ACTING = GATES.flatMap(({ name, open }) => (open === undefined ? [] : [{ name, open }]));
