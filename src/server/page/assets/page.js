// The page of the server: keeps the lists fresh, plays, deletes. Without it the page still shows, plays and downloads.

/** How often the lists are asked for while somebody looks, ms. */
const LOOK_MS = 2000;
/** A stream that cannot be played yet is tried again after this, ms. */
const RETRY_MS = 2000;
/** Further behind than this, "Go to live" is offered, s. */
const FAR_BEHIND = 15;

/**
 * The part of hls.js that is used here.
 * @typedef {object} HlsPlayer
 * @property {(address: string) => void} loadSource
 * @property {(media: HTMLMediaElement) => void} attachMedia
 * @property {(event: string, listener: (name: string, data: { fatal: boolean }) => void) => void} on
 * @property {() => void} destroy
 * @property {number | null} liveSyncPosition
 */

/** @param {string} selector */
const one = (selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));
/** @type {Map<string, { bytes: number, at: number, speed: number }>} */
const seen = new Map();
/** @type {HlsPlayer | undefined} */
let hls;
/** @type {Promise<void> | undefined} */
let hlsIsThere;
let shown = '';

/** @param {string} text */
function tell(text) {
  const news = one('#news');
  if (news && news.textContent !== text) news.textContent = text;
}

/** Instants in the zone of who reads. */
function showTimes() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
  for (const time of document.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    time.textContent = (isToday ? today : format).format(at);
    time.title = at.toString();
  }
}

/** @param {number} bytesPerSecond */
const speedText = (bytesPerSecond) => `${Math.round(bytesPerSecond / 1000)} kB/s`;

function showSpeeds() {
  const now = performance.now();
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-session]'))) {
    const id = row.dataset['session'] ?? '';
    const bytes = Number(row.dataset['bytes']);
    const last = seen.get(id) ?? { bytes, at: now, speed: 0 };
    const seconds = (now - last.at) / 1000;
    // Chunks come in lumps: some of what was before counts, too.
    const speed = seconds > 0 ? 0.7 * last.speed + (0.3 * (bytes - last.bytes)) / seconds : last.speed;
    seen.set(id, { bytes, at: now, speed });
    const place = row.querySelector('.speed');
    if (place) place.textContent = speed > 50 ? speedText(speed) : '';
  }
}

/** @param {string} text */
function showLists(text) {
  const place = one('#lists');
  if (!place) return;
  if (text !== shown) {
    shown = text;
    const key = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['key'] : undefined;
    place.innerHTML = text;
    showTimes();
    // Who came here by key stays where they were.
    if (key !== undefined) one(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }
  showSpeeds();
}

async function look() {
  if (document.hidden || !one('#lists') || one('dialog[open]')) return;
  try {
    const answer = await fetch(`/page/lists${location.search}`);
    if (answer.redirected) {
      location.assign('/login');
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    showLists(await answer.text());
    tell('');
  } catch {
    tell('The server does not answer. The page goes on by itself when it does.');
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function send(method, path, body = undefined) {
  // The token in the page may be older than an hour.
  const { csrf_token } = await (await fetch('/api/csrf-token')).json();
  const headers = { 'X-CSRFToken': csrf_token };
  if (body === undefined) return fetch(path, { method, headers });
  return fetch(path, {
    method,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function loadHls() {
  hlsIsThere ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/assets/hls.js';
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error('The player could not be loaded.')));
    document.head.append(script);
  });
  return hlsIsThere;
}

/** @returns {HTMLAudioElement | null} */
const audio = () => document.querySelector('#player audio');

function stop() {
  hls?.destroy();
  hls = undefined;
  const player = one('#player');
  const sound = audio();
  if (sound) {
    sound.pause();
    sound.removeAttribute('src');
    sound.load();
  }
  if (player) player.hidden = true;
}

/**
 * @param {string} name
 * @param {boolean} isLive
 */
function open(name, isLive) {
  stop();
  const player = one('#player');
  const title = one('#player .playing');
  if (!player || !title) return;
  player.hidden = false;
  title.textContent = isLive ? `${name}, live` : name;
  const edge = one('[data-do="edge"]');
  if (edge) edge.hidden = true;
}

/**
 * @param {string} address
 * @param {string} name
 */
async function listen(address, name) {
  open(name, true);
  const sound = audio();
  if (!sound) return;
  await loadHls();
  const { Hls } = /** @type {{ Hls: { new (options: object): HlsPlayer, isSupported(): boolean } }} */ (
    /** @type {unknown} */ (window)
  );
  if (!Hls.isSupported()) {
    sound.src = address;
    await sound.play();
    return;
  }
  // Its worker would need a hole in the content security policy.
  const made = new Hls({ enableWorker: false, liveSyncDuration: 6 });
  hls = made;
  made.on('hlsError', (_name, { fatal }) => {
    if (!fatal || hls !== made) return;
    tell('There is nothing to hear yet. It is tried again.');
    setTimeout(() => {
      if (hls === made) void listen(address, name);
    }, RETRY_MS);
  });
  made.on('hlsFragBuffered', () => tell(''));
  made.loadSource(address);
  made.attachMedia(sound);
  await sound.play();
}

function showEdge() {
  const edge = one('[data-do="edge"]');
  const sound = audio();
  const position = hls?.liveSyncPosition;
  if (edge && sound) edge.hidden = typeof position !== 'number' || position - sound.currentTime < FAR_BEHIND;
}

/** @param {HTMLElement} button */
async function remove(button) {
  const dialog = /** @type {HTMLDialogElement | null} */ (one('#question'));
  const title = one('#question-title');
  if (!dialog || !title) return;
  title.textContent = `Delete “${button.dataset['name'] ?? ''}”?`;
  dialog.returnValue = 'keep';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (dialog.returnValue !== 'delete') return;
  const answer = await send('DELETE', `/api/v1/recordings/${button.dataset['id'] ?? ''}`);
  if (!answer.ok && answer.status !== 404) throw new Error(`The recording could not be deleted (${answer.status}).`);
  if (one('#lists')) await look();
  else location.assign('/');
}

/** @param {HTMLElement} button */
async function act(button) {
  const { live = '', name = '', audio: file = '', link = '', id = '' } = button.dataset;
  switch (button.dataset['do']) {
    case 'listen':
      return listen(live, name);
    case 'play': {
      open(name, false);
      const sound = audio();
      if (sound) sound.src = file;
      return sound?.play();
    }
    case 'edge': {
      const sound = audio();
      if (sound && typeof hls?.liveSyncPosition === 'number') sound.currentTime = hls.liveSyncPosition;
      return undefined;
    }
    case 'close':
      return stop();
    case 'copy':
      await navigator.clipboard.writeText(link);
      return tell('The link is copied. Whoever has it can listen.');
    case 'delete':
      return remove(button);
    case 'retry':
      await send('POST', `/api/v1/recordings/${id}/retry`);
      return look();
    case 'incomplete': {
      const answer = await send('POST', `/upload/session/${id}/finalize`, { incomplete: true });
      if (!answer.ok) throw new Error(`No recordings could be made of what came (${answer.status}).`);
      return look();
    }
    case 'resend':
      await send('POST', `/api/v1/outbox/${id}/retry`);
      return look();
    case 'logout':
      await send('POST', '/logout');
      return location.assign('/login');
    default:
      return undefined;
  }
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-do]') : null;
  if (!(button instanceof HTMLElement)) return;
  act(button).catch((error) => {
    // A player that is closed or given something else to play ends what it began.
    if (error instanceof DOMException && error.name === 'AbortError') return;
    tell(error instanceof Error ? error.message : String(error));
  });
});
document.addEventListener('visibilitychange', () => void look());
setInterval(() => void look(), LOOK_MS);
setInterval(showEdge, 1000);
showTimes();
showSpeeds();
