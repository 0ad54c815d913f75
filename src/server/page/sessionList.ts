import type { Session } from '../model.ts';
import { html, type Html } from './html.ts';
import { incompleteButton } from './recordingList.ts';
import { sizeOf, timeOf } from './words.ts';

/** A recorder that said nothing for so long is taken for gone, ms. */
const SILENT_MS = 60_000;

export interface ListedSession {
  readonly session: Session;
  /** Whose it is; undefined where all are one's own. */
  readonly owner: string | undefined;
  /** Lets anybody listen. */
  readonly link: string;
  /** Why its recording is not put together yet; undefined while nothing holds that up. */
  readonly waiting: string | undefined;
}

type State = 'recording' | 'paused' | 'offline' | 'finalizing';

const WORDS: Readonly<Record<State, string>> = {
  recording: 'Recording',
  paused: 'Paused',
  offline: 'Offline',
  finalizing: 'Being put together',
};

/** What is being received. `now`: ms since 1970 UTC. */
export function sessionList(listed: readonly ListedSession[], now: number): Html {
  const rows = listed.map((one) => row(one, now));
  return html`<h2 id="live-title">Live now</h2>
    ${
      rows.length > 0
        ? html`<ul class="rows" aria-labelledby="live-title">
            ${rows}
          </ul>`
        : html`<p class="empty">Nothing is being received. A session is here as soon as a recorder opens it.</p>`
    }`;
}

function row({ session, owner, link, waiting }: ListedSession, now: number): Html {
  const state = stateOf(session, now);
  const name = session.title ?? session.source ?? 'Untitled session';
  const isSilent = state === 'offline' && session.beat !== 'offline';
  return html`<li data-session="${session.id}" data-bytes="${session.bytes}">
    <div class="what">
      <h3>${name}</h3>
      <p class="facts">
        <span class="state ${state}">${WORDS[state]}</span>
        <span>since ${timeOf(session.createdAt)}</span>
        <span>${sizeOf(session.bytes)}</span>
        <span class="speed"></span>
        ${isSilent ? html`<span>nothing heard since ${timeOf(session.lastSeenAt)}</span>` : undefined}
        ${session.title !== undefined && session.source !== undefined ? html`<span>${session.source}</span>` : undefined}
        ${owner === undefined ? undefined : html`<span>${owner}</span>`}
      </p>
      ${waiting === undefined ? undefined : html`<p class="problem">${waiting}</p>`}
    </div>
    <p class="actions">
      <button
        type="button"
        data-do="listen"
        data-key="listen-${session.id}"
        data-live="/live/${session.id}/index.m3u8"
        data-name="${name}"
        aria-label="Listen to ${name}"
      >
        Listen
      </button>
      <button
        type="button"
        data-do="copy"
        data-key="copy-${session.id}"
        data-link="${link}"
        aria-label="Copy a link to listen to ${name}"
      >
        Copy link
      </button>
      ${state === 'offline' && session.chunkCount >= session.expectedIndex ? incompleteButton(session.id, name) : undefined}
    </p>
  </li>`;
}

function stateOf({ status, beat, lastSeenAt }: Session, now: number): State {
  if (status === 'finalizing') return 'finalizing';
  return now - lastSeenAt > SILENT_MS ? 'offline' : beat;
}
