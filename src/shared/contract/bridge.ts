import type { EventName, EventPayload } from './events.ts';
import type { Reply } from './handlers.ts';
import type { RequestName } from './requests.ts';

/** What the preload script puts into the window as `window.longtake`: a transport and nothing more. */
export interface LongtakeBridge {
  request(name: RequestName, input: unknown): Promise<Reply>;
  /** Returns a function that ends the subscription. */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void;
}

/** Channels between main and preload. */
export const REQUEST_CHANNEL = 'longtake:request';
export const EVENT_CHANNEL = 'longtake:event';

/** Scheme of the page itself: `longtake-app://studio/index.html`. */
export const APP_SCHEME = 'longtake-app';
/** Scheme of audio: `longtake-media://recording/<id>`, `longtake-media://clip/…`; answers Range requests. */
export const MEDIA_SCHEME = 'longtake-media';

export const mediaUrl = (recordingId: string): string => `${MEDIA_SCHEME}://recording/${recordingId}`;
/** Of what the studio says is at `path` below the media protocol: a clip, or a recording up to now. */
export const mediaAddress = (path: string): string => `${MEDIA_SCHEME}://${path}`;

/** Where a browser finds audio: below it are the same paths as below the media protocol. */
export const WEB_MEDIA_PATH = '/media/';
