import { html } from './html.ts';

/** Hidden until something plays. */
export const player = html`<section id="player" aria-label="Player" hidden>
  <p class="playing"></p>
  <audio controls></audio>
  <p class="actions">
    <button type="button" data-do="edge" hidden>Go to live</button>
    <button type="button" data-do="close">Close</button>
  </p>
</section>`;
