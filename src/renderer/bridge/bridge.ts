import {
  type LongtakeBridge,
  mediaAddress as desktopAddress,
  mediaUrl as desktopUrl,
  WEB_MEDIA_PATH,
} from '../../shared/contract/bridge.ts';
import type { EventName, EventPayload } from '../../shared/contract/events.ts';
import type { RequestInput, RequestName, RequestOutput, Source } from '../../shared/contract/requests.ts';
import { fromWireError, LongtakeError } from '../../shared/errors.ts';
import { askBrowser } from './webDesktop.ts';
import { WebTransport } from './webTransport.ts';

export type { EventName, EventPayload, RequestInput, RequestName, RequestOutput, Source };

declare global {
  interface Window {
    /** Absent in a browser. */
    readonly longtake?: LongtakeBridge;
  }
}

type ConnectionListener = (connected: boolean) => void;
const connectionListeners = new Set<ConnectionListener>();

/** Tells whether the last request reached the studio. Returns a function that ends the subscription. */
export function onConnection(listener: ConnectionListener): () => void {
  connectionListeners.add(listener);
  return () => void connectionListeners.delete(listener);
}

function reportConnection(connected: boolean): void {
  for (const listener of connectionListeners) listener(connected);
}

let web: WebTransport | undefined;

/** Whether this page is in a browser: what only a desktop can do is a download there, or is not offered. */
export function isInBrowser(): boolean {
  // Tests have no page.
  if (typeof window === 'undefined') return false;
  return window.longtake === undefined && /^https?:$/.test(window.location?.protocol ?? '');
}

function bridge(): LongtakeBridge {
  if (window.longtake) return window.longtake;
  if (isInBrowser()) return (web ??= new WebTransport(reportConnection));
  throw new LongtakeError('INTERNAL', 'This page works inside of Longtake only. Start Longtake and use its window.');
}

/** Of a recording from its beginning. */
export const mediaUrl = (recordingId: string): string =>
  isInBrowser() ? `${WEB_MEDIA_PATH}recording/${recordingId}` : desktopUrl(recordingId);
/** Of what the studio says is at `path`: a clip, or a recording up to now. */
export const mediaAddress = (path: string): string =>
  isInBrowser() ? `${WEB_MEDIA_PATH}${path}` : desktopAddress(path);

/** Asks the studio. Throws a {@link LongtakeError}: the studio's own, or one that says that it could not be reached. */
export async function request<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  const studio = bridge();
  let reply: Awaited<ReturnType<LongtakeBridge['request']>>;
  try {
    reply = (isInBrowser() ? askBrowser(name, input) : undefined) ?? (await studio.request(name, input));
  } catch (cause) {
    reportConnection(false);
    throw new LongtakeError('INTERNAL', 'The window has lost its connection to the studio. It tries again by itself.', {
      cause,
    });
  }
  reportConnection(true);
  if (!reply.ok) throw fromWireError(reply.error);
  // The studio has checked its answer against the schema of `name` before it sent it.
  return reply.value as RequestOutput<Name>;
}

/** Subscribes to an event of the studio. Returns a function that ends the subscription. */
export function on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
  return bridge().on(name, listener);
}

/** Where a browser finds a cut that is ready. */
export const readyUrl = (token: string): string => new URL(`/download/ready/${token}`, window.location.href).href;

/** Ends this log-in, or all of them, and shows where to log in. Only in a browser. */
export async function logOut(everywhere: boolean): Promise<void> {
  const answer = await fetch(everywhere ? '/logout?everywhere' : '/logout', { method: 'POST' });
  if (!answer.ok && answer.status !== 401) throw new LongtakeError('INTERNAL', 'Logging out failed. Try again.');
  window.location.assign('/login');
}
