import { beforeEach, expect } from '@jest/globals';

/** A test without an assertion proves nothing: it fails. */
beforeEach(() => expect.hasAssertions());
