import type { HealthItem, MachineContext } from '../context.js';

/** Whether there is a config, valid and trusted. */
export function checkConfig({ configState }: MachineContext): HealthItem[] {
  const { files, errors, misnamed, isTrusted } = configState;
  if (errors.length > 0) {
    const rest = errors.length - MAX_ERRORS;
    return [
      ...errors
        .slice(0, MAX_ERRORS)
        .map(({ code, message, hint }) => failed(code.replace(/^config\//, ''), message, hint)),
      ...(rest > 0 ? [failed('more', `${rest} more errors`, null)] : []),
    ];
  }
  const read: HealthItem = { check: 'config', subject: 'files', ask: () => filesFinding(files) };
  const others = misnamed.map(
    ({ message, hint }): HealthItem => ({
      check: 'config',
      subject: 'name',
      ask: () => ({ status: 'warn', detail: message, fix: hint }),
    }),
  );
  return [read, ...(isTrusted ? [] : [UNTRUSTED]), ...others];
}

/** More are not read here; `config validate` shows them at their places. */
const MAX_ERRORS = 20;

function failed(subject: string, detail: string, fix: string | null): HealthItem {
  return {
    check: 'config',
    subject,
    ask: () => ({ status: 'fail', detail, fix: fix ?? 'see `llm-router config validate`' }),
  };
}

function filesFinding(files: readonly string[]) {
  if (files.length > 0)
    return { status: 'ok' as const, detail: files.join(', '), fix: null, data: { files } };
  const detail = 'none found, using the built-in catalogue';
  return { status: 'warn' as const, detail, fix: 'llm-router config init', data: { files } };
}

const UNTRUSTED: HealthItem = {
  check: 'config',
  subject: 'trust',
  ask: () => ({
    status: 'warn',
    detail: 'not trusted yet, so nothing in it will run',
    fix: 'read it, then run `llm-router config trust`',
  }),
};
