import { pageDirectives, policyHeader } from '../shared/contentPolicy.ts';
import { MEDIA_SCHEME } from '../shared/contract/bridge.ts';

const page = pageDirectives(`${MEDIA_SCHEME}:`);

export const PAGE_POLICY = policyHeader(page);

/** The policy while a development server serves the page: it injects scripts and styles and talks over WebSocket. */
export function developmentPolicy(server: URL): string {
  return policyHeader({
    ...page,
    'script-src': ["'self'", "'unsafe-inline'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'", 'data:'],
    'worker-src': ["'self'", 'blob:'],
    'connect-src': ["'self'", `ws://${server.host}`, `${MEDIA_SCHEME}:`],
  });
}
