import type { FastifyReply } from 'fastify';
import { html } from './html.ts';
import { player } from './player.ts';
import { sendPage } from './shell.ts';

/** What a browser shows of a link to listen; `address` is the playlist with what lets its holder in. */
export function listenPage(reply: FastifyReply, name: string, address: string): FastifyReply {
  const main = html`<h1>${name}</h1>
    <p id="news" role="status"></p>
    <p class="actions">
      <button type="button" class="main" data-do="listen" data-live="${address}" data-name="${name}">Listen</button>
    </p>
    <p class="hint">The address of this page can also be opened in a player of your own.</p>
    ${player}`;
  return sendPage(reply, { title: name, csrf: '', hasScript: true, main });
}
