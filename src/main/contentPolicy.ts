import { MEDIA_SCHEME } from '../shared/contract/bridge.ts';

type Directives = Readonly<Record<string, readonly string[]>>;

const NONE = ["'none'"];

/** What the page may load and run: its own files and recordings, and nothing inline. */
const page: Directives = {
  'default-src': NONE,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'font-src': ["'self'"],
  'img-src': ["'self'"],
  'media-src': [`${MEDIA_SCHEME}:`],
  'connect-src': ["'self'", `${MEDIA_SCHEME}:`],
  'base-uri': NONE,
  'form-action': NONE,
  'frame-ancestors': NONE,
};

export const PAGE_POLICY = toHeader(page);

/** The policy while a development server serves the page: it injects scripts and styles and talks over WebSocket. */
export function developmentPolicy(server: URL): string {
  return toHeader({
    ...page,
    'script-src': ["'self'", "'unsafe-inline'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'", 'data:'],
    'worker-src': ["'self'", 'blob:'],
    'connect-src': ["'self'", `ws://${server.host}`, `${MEDIA_SCHEME}:`],
  });
}

function toHeader(directives: Directives): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
