import { badFallbackEntry } from './bad-fallback-entry.js';
import { badSelector } from './bad-selector.js';
import { foreignKey } from './foreign-key.js';
import { invalidRegex } from './invalid-regex.js';
import { invalidValue } from './invalid-value.js';
import { missingKey } from './missing-key.js';
import { accessNeverPassed, promptNeverPassed } from './never-filled-in.js';
import type { Rule } from './rule.js';
import { toolLacksModel } from './tool-lacks-model.js';
import { uncataloguedModel } from './uncatalogued-model.js';
import { unknownAgent } from './unknown-agent.js';
import { unknownModel } from './unknown-model.js';
import { unknownPlaceholder } from './unknown-placeholder.js';
import { unknownPolicy } from './unknown-policy.js';
import { unknownTool } from './unknown-tool.js';

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  missingKey,
  foreignKey,
  invalidValue,
  unknownAgent,
  unknownTool,
  unknownModel,
  unknownPolicy,
  toolLacksModel,
  badFallbackEntry,
  uncataloguedModel,
  unknownPlaceholder,
  promptNeverPassed,
  accessNeverPassed,
  invalidRegex,
  badSelector,
];
