import { code, el, setText } from './dom.js';

/** Asks for the token; nothing else is on the page without it. */
export function login(onToken: (token: string) => void): {
  node: HTMLElement;
  show: (isWrong: boolean) => void;
} {
  const field = el('input', {
    id: 'token',
    type: 'password',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'token-help token-error',
  });
  const error = el('p', { id: 'token-error', class: 'error', role: 'alert' });
  const form = el(
    'form',
    { class: 'login' },
    el('h2', {}, 'This server asks for a token'),
    el('label', { for: 'token' }, 'Token'),
    field,
    el(
      'p',
      { id: 'token-help', class: 'hint' },
      ...code(
        'The value of the variable that `server.token_env` names (`LLM_ROUTER_TOKEN`) where the server runs. This tab keeps it until it is closed.',
      ),
    ),
    error,
    el('button', { type: 'submit', class: 'primary' }, 'Show the status'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = field.value.trim();
    // What is no header value cannot be a token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      setText(error, 'A token has only printable ASCII characters, and no spaces.');
      return;
    }
    setText(error, '');
    onToken(token);
    field.value = '';
  });
  return {
    node: form,
    show: (isWrong) => {
      setText(error, isWrong ? 'The server does not accept this token.' : '');
      if (document.activeElement !== field) field.focus();
    },
  };
}
