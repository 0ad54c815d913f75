import type { Delivery } from '../database/deliveryRows.ts';
import { html, type Html } from './html.ts';
import { timeOf } from './words.ts';

const KINDS: Readonly<Record<Delivery['kind'], string>> = { webhook: 'Webhook', email: 'E-mail' };

/** Messages that nobody took, for an admin; nothing where there are none. */
export function deadLetters(letters: readonly Delivery[]): Html {
  if (letters.length === 0) return html``;
  const rows = letters.map(
    ({ id, kind, createdAt, tries, problem }) =>
      html`<li>
        <div class="what">
          <h3>${KINDS[kind]}</h3>
          <p class="facts"><span>${timeOf(createdAt)}</span><span>${tries} tries</span></p>
          <p class="problem">${problem ?? ''}</p>
        </div>
        <p class="actions">
          <button
            type="button"
            data-do="resend"
            data-key="resend-${id}"
            data-id="${id}"
            aria-label="Send this ${KINDS[kind]} again"
          >
            Send again
          </button>
        </p>
      </li>`,
  );
  return html`<h2 id="letters-title">Messages that were not taken</h2>
    <ul class="rows" aria-labelledby="letters-title">
      ${rows}
    </ul>`;
}
