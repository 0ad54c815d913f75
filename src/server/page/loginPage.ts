import type { FastifyReply } from 'fastify';
import { html } from './html.ts';
import { sendPage } from './shell.ts';

/** The form that lets a person in; `problem` says why it did not. */
export function loginPage(reply: FastifyReply, csrf: string, problem?: string): FastifyReply {
  const main = html`<form class="login" method="post" action="/login">
    <h1>Log in</h1>
    ${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}
    <input type="hidden" name="csrf_token" value="${csrf}" />
    <label
      >E-mail <input type="text" inputmode="email" name="email" autocomplete="username" autocapitalize="none" required
    /></label>
    <label>Password <input type="password" name="password" autocomplete="current-password" required /></label>
    <button type="submit" class="main">Log in</button>
    <p class="hint">Who runs this server gives you an account.</p>
  </form>`;
  return sendPage(reply, { title: 'Log in', csrf, main });
}
