import type { FastifyReply } from 'fastify';
import { html, type Html } from './html.ts';

/** Nothing but what this server serves; media may come from what the player puts together. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  readonly title: string;
  /** Of forms and of what the page asks for. */
  readonly csrf: string;
  /** Who is logged in; undefined: nobody. */
  readonly email?: string;
  /** The page's script comes along. */
  readonly hasScript?: boolean;
  readonly main: Html;
}

/** A whole page, with the headers that keep it from being abused. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
    .send(document(page).text);
}

function document({ title, csrf, email, hasScript, main }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="csrf-token" content="${csrf}" />
        <title>${title} · Longtake server</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/page.css" />
        ${hasScript === true ? html`<script src="/assets/page.js" defer></script>` : undefined}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <p class="brand"><a href="/">Longtake server</a></p>
          ${email === undefined ? undefined : html`<p class="who"><span>${email}</span> <button type="button" data-do="logout">Log out</button></p>`}
        </header>
        <main id="main">${main}</main>
      </body>
    </html> `;
}
