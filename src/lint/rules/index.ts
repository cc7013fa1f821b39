import type { LintRule } from '../rule.js';
import { accessNotOffered } from './access-not-offered.js';
import { badFallbackEntry } from './bad-fallback-entry.js';
import { budgetConflict } from './budget-conflict.js';
import { deprecatedModel } from './deprecated-model.js';
import { failOpenUnused } from './fail-open-unused.js';
import { missingCostCap } from './missing-cost-cap.js';
import { missingPrice } from './missing-price.js';
import { accessNeverPassed, promptNeverPassed } from './never-filled-in.js';
import { fallbackNotAllowed, preferredNotAllowed } from './preferred-not-allowed.js';
import { repeatedFallback } from './repeated-fallback.js';
import { retriesCut } from './retries-cut.js';
import { tierWithoutModel } from './tier-without-model.js';
import { toolLacksModel } from './tool-lacks-model.js';
import { uncataloguedModel } from './uncatalogued-model.js';
import { undefinedEnv } from './undefined-env.js';
import { unknownAgent } from './unknown-agent.js';
import { unknownModel } from './unknown-model.js';
import { unknownPolicy } from './unknown-policy.js';
import { unknownProvider } from './unknown-provider.js';
import { unknownTool } from './unknown-tool.js';
import { unmeteredTool } from './unmetered-tool.js';
import { unreachableFallback } from './unreachable-fallback.js';
import { unusedEntry } from './unused-entry.js';

/** Every rule that asks what a run would do; `config/rules` checks the text. */
export const LINT_RULES: readonly LintRule[] = [
  unknownAgent,
  unknownTool,
  unknownModel,
  unknownPolicy,
  unknownProvider,
  toolLacksModel,
  badFallbackEntry,
  uncataloguedModel,
  promptNeverPassed,
  accessNeverPassed,
  repeatedFallback,
  retriesCut,
  unreachableFallback,
  preferredNotAllowed,
  fallbackNotAllowed,
  accessNotOffered,
  tierWithoutModel,
  deprecatedModel,
  undefinedEnv,
  missingPrice,
  missingCostCap,
  unmeteredTool,
  budgetConflict,
  failOpenUnused,
  unusedEntry,
];
