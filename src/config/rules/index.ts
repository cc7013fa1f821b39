import { badSelector } from './bad-selector.js';
import { insecureBaseUrl } from './insecure-base-url.js';
import { invalidRegex } from './invalid-regex.js';
import { invalidValue } from './invalid-value.js';
import { keyOfOtherKind } from './key-of-other-kind.js';
import { missingKey } from './missing-key.js';
import { ownLimit } from './own-limit.js';
import { promptAsOption } from './prompt-as-option.js';
import type { Rule } from './rule.js';
import { secretInConfig } from './secret-in-config.js';
import { shellSyntaxInTemplate } from './shell-syntax-in-template.js';
import { templateWithoutBinary } from './template-without-binary.js';
import { unknownPlaceholder } from './unknown-placeholder.js';

/** Every rule about the text of a config; `lint/rules` asks what a run would do with it. */
export const RULES: readonly Rule[] = [
  missingKey,
  keyOfOtherKind,
  invalidValue,
  unknownPlaceholder,
  invalidRegex,
  badSelector,
  promptAsOption,
  shellSyntaxInTemplate,
  templateWithoutBinary,
  secretInConfig,
  insecureBaseUrl,
  ownLimit,
];
