import { escapeHtml } from '../../server/answers.ts';

export const LOGIN_STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --ground: #fbfbfc; --text: #1c1f24; --line: #8a909b; --accent: #1a56c4; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --text: #e8eaee; --line: #757c88; --accent: #8ab4f8; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--text); }
main { box-sizing: border-box; width: min(22rem, 100%); padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
label { display: block; margin-bottom: 0.25rem; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: 0.5rem; border-radius: 4px; border: 1px solid var(--line); background: transparent; color: inherit; }
button { margin-top: 0.75rem; background: var(--accent); border-color: var(--accent); color: var(--ground); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p { margin: 0 0 0.75rem; }
.hint { margin: 1rem 0 0; font-size: 0.85em; }
`;

/** Asks for the password; with a sentence about why the last try failed. */
export function loginPage(problem?: string): string {
  const told = problem === undefined ? '' : `<p role="alert" id="problem">${escapeHtml(problem)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in – Longtake</title>
<link rel="stylesheet" href="/login.css">
</head>
<body>
<main>
<h1>Longtake</h1>
${told}
<form method="post" action="/login">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus${problem === undefined ? '' : ' aria-describedby="problem"'}>
<button>Log in</button>
</form>
<p class="hint">The first start of <code>longtake serve</code> told it. On that computer, <code>longtake serve --set-password</code> sets another one.</p>
</main>
</body>
</html>
`;
}
