import type { Recording } from '../model.ts';
import { gapsOf } from '../stitch/parts.ts';
import { html, type Html } from './html.ts';
import { lengthOf, sizeOf, timeOf } from './words.ts';

export interface ListedRecording {
  readonly recording: Recording;
  /** Whose it is; undefined where all are one's own. */
  readonly owner: string | undefined;
  /** ms since 1970 UTC. */
  readonly expiresAt: number | undefined;
  /** It failed because chunks are missing; the others can become recordings. */
  readonly hasGap: boolean;
  /** Why it is not put together yet; undefined while nothing holds that up. */
  readonly waiting: string | undefined;
}

/** What was received; `older` is the address of the next page. */
export function recordingList(listed: readonly ListedRecording[], older: string | undefined): Html {
  const rows = listed.map((one) => row(one));
  return html`<h2 id="recordings-title">Recordings</h2>
    ${
      rows.length > 0
        ? html`<ul class="rows" aria-labelledby="recordings-title">
            ${rows}
          </ul>`
        : html`<p class="empty">No recordings yet. When a session ends, its recording is here.</p>`
    }
    ${older === undefined ? undefined : html`<p><a href="${older}">Older recordings</a></p>`}`;
}

const downloadOf = ({ id }: Recording): string => `/api/v1/recordings/${id}/download`;

function row({ recording, owner, expiresAt, hasGap, waiting }: ListedRecording): Html {
  const { id, title, source, file } = recording;
  return html`<li>
    <div class="what">
      <h3><a href="/recordings/${id}">${title}</a></h3>
      <p class="facts">
        ${facts(recording, expiresAt)} ${source === undefined ? undefined : html`<span>${source}</span>`}
        ${owner === undefined ? undefined : html`<span>${owner}</span>`}
      </p>
      ${problem(recording, waiting)}
    </div>
    <p class="actions">
      ${
        file
          ? html`<button
                type="button"
                data-do="play"
                data-key="play-${id}"
                data-audio="${downloadOf(recording)}"
                data-name="${title}"
                aria-label="Play ${title}"
              >
                Play
              </button>
              <a
                class="button"
                data-key="download-${id}"
                href="${downloadOf(recording)}"
                download
                aria-label="Download ${title}"
                >Download</a
              >`
          : undefined
      }
      ${hasGap ? incompleteButton(recording.sessionId, title) : undefined}
      ${recording.status === 'FAILED' ? html`<button type="button" data-do="retry" data-key="retry-${id}" data-id="${id}" aria-label="Try again to put ${title} together">Try again</button>` : undefined}
      ${deleteButton(recording)}
    </p>
  </li>`;
}

/** One recording on a page of its own, which mails link to. */
export function recordingPage({ recording, owner, expiresAt, waiting }: ListedRecording): Html {
  const { title, notes, file } = recording;
  return html`<h1>${title}</h1>
    <p class="facts">${facts(recording, expiresAt)} ${owner === undefined ? undefined : html`<span>${owner}</span>`}</p>
    ${problem(recording, waiting)} ${notes === undefined ? undefined : html`<p class="notes">${notes}</p>`}
    ${
      file
        ? html`<p><audio controls preload="metadata" src="${downloadOf(recording)}" aria-label="${title}"></audio></p>`
        : undefined
    }
    <p class="actions">
      ${file ? html`<a class="button main" href="${downloadOf(recording)}" download>Download</a>` : undefined}
      ${deleteButton(recording)}
    </p>
    <p><a href="/">All recordings</a></p>`;
}

const deleteButton = ({ id, title }: Recording): Html =>
  html`<button
    type="button"
    data-do="delete"
    data-key="delete-${id}"
    data-id="${id}"
    data-name="${title}"
    aria-label="Delete ${title}"
  >
    Delete
  </button>`;

function facts({ createdAt, file }: Recording, expiresAt: number | undefined): Html {
  return html`<span>${timeOf(createdAt)}</span>
    ${file?.durationMs === undefined ? undefined : html`<span>${lengthOf(file.durationMs)}</span>`}
    ${file ? html`<span>${sizeOf(file.bytes)}</span>` : undefined}
    ${expiresAt === undefined ? undefined : html`<span>kept until ${timeOf(expiresAt)}</span>`}`;
}

/** Has what came of a session made into recordings. */
export const incompleteButton = (sessionId: string, name: string): Html =>
  html`<button
    type="button"
    data-do="incomplete"
    data-key="incomplete-${sessionId}"
    data-id="${sessionId}"
    aria-label="Make recordings of what came of ${name}"
  >
    Use what came
  </button>`;

function problem({ status, error, incomplete }: Recording, waiting: string | undefined): Html | undefined {
  if (incomplete && status === 'COMPLETED') {
    const { part, parts, from, to, missing } = incomplete;
    const which = parts > 1 ? ` This is part ${part} of ${parts}: chunks ${from} to ${to}.` : '';
    return html`<p class="problem">Incomplete: of the session ${gapsOf(missing)} never came.${which}</p>`;
  }
  if (waiting !== undefined) return html`<p class="problem">It waits to be put together. ${waiting}</p>`;
  if (status === 'STITCHING') return html`<p class="hint">It is being put together.</p>`;
  if (status !== 'FAILED') return undefined;
  return html`<p class="problem">No file could be made of it. ${error ?? ''}</p>`;
}
