import { accessNotOffered } from './access-not-offered.js';
import { badFallbackEntry } from './bad-fallback-entry.js';
import { badSelector } from './bad-selector.js';
import { budgetConflict } from './budget-conflict.js';
import { deprecatedModel } from './deprecated-model.js';
import { foreignKey } from './foreign-key.js';
import { insecureBaseUrl } from './insecure-base-url.js';
import { invalidRegex } from './invalid-regex.js';
import { invalidValue } from './invalid-value.js';
import { missingKey } from './missing-key.js';
import { accessNeverPassed, promptNeverPassed } from './never-filled-in.js';
import { fallbackNotAllowed, preferredNotAllowed } from './not-allowed.js';
import { notInEffect } from './not-in-effect.js';
import { promptAsOption } from './prompt-as-option.js';
import { repeatedFallback } from './repeated-fallback.js';
import type { Rule } from './rule.js';
import { secretInConfig } from './secret-in-config.js';
import { shellSyntaxInTemplate } from './shell-syntax-in-template.js';
import { tierWithoutModel } from './tier-without-model.js';
import { toolLacksModel } from './tool-lacks-model.js';
import { uncataloguedModel } from './uncatalogued-model.js';
import { undefinedEnv } from './undefined-env.js';
import { missingCostCap, missingPrice, unmeteredTool } from './under-hard-budget.js';
import { unknownAgent } from './unknown-agent.js';
import { unknownModel } from './unknown-model.js';
import { unknownPlaceholder } from './unknown-placeholder.js';
import { unknownPolicy } from './unknown-policy.js';
import { unknownProvider } from './unknown-provider.js';
import { unknownTool } from './unknown-tool.js';
import { unreachableFallback } from './unreachable-fallback.js';
import { unusedEntry } from './unused-entry.js';

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  missingKey,
  foreignKey,
  invalidValue,
  unknownAgent,
  unknownTool,
  unknownModel,
  unknownPolicy,
  unknownProvider,
  toolLacksModel,
  badFallbackEntry,
  uncataloguedModel,
  unknownPlaceholder,
  promptNeverPassed,
  accessNeverPassed,
  invalidRegex,
  badSelector,
  repeatedFallback,
  unreachableFallback,
  preferredNotAllowed,
  fallbackNotAllowed,
  accessNotOffered,
  tierWithoutModel,
  deprecatedModel,
  promptAsOption,
  shellSyntaxInTemplate,
  secretInConfig,
  undefinedEnv,
  insecureBaseUrl,
  missingPrice,
  missingCostCap,
  unmeteredTool,
  budgetConflict,
  notInEffect,
  unusedEntry,
];
