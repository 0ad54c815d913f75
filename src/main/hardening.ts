import { type Session, type WebContents, app } from 'electron';
import { APP_SCHEME, MEDIA_SCHEME } from '../shared/contract/bridge.ts';
import type { Log } from '../shared/ports/log.ts';
import { developmentPolicy } from './contentPolicy.ts';
import type { PageAddress } from './pageAddress.ts';

/**
 * Takes from every page what the studio's own does not need: going elsewhere, opening windows, embedding,
 * permissions, and the network.
 */
export function harden(session: Session, page: PageAddress, log: Log): void {
  app.on('web-contents-created', (_, contents) => confine(contents, log));

  session.setPermissionRequestHandler((_, permission, decide) => {
    log.warn('A permission was denied.', { permission });
    decide(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);

  session.webRequest.onBeforeRequest((details, decide) => {
    const allowed = isAllowed(details.url, page.developmentServer);
    if (!allowed) log.warn('A request of the page was denied.', { url: details.url });
    decide({ cancel: !allowed });
  });

  const { developmentServer } = page;
  if (developmentServer) {
    session.webRequest.onHeadersReceived({ urls: [`${developmentServer.origin}/*`] }, (details, decide) => {
      const policy = { 'Content-Security-Policy': [developmentPolicy(developmentServer)] };
      decide({ responseHeaders: { ...details.responseHeaders, ...policy } });
    });
  }
}

function confine(contents: WebContents, log: Log): void {
  const deny = (what: string) => (event: { preventDefault: () => void; readonly url?: string }) => {
    // A page may load itself again.
    if (event.url !== undefined && event.url === contents.getURL()) return;
    event.preventDefault();
    log.warn(`${what} was denied.`, { url: event.url });
  };
  contents.on('will-navigate', deny('Going to another page'));
  contents.on('will-frame-navigate', deny('Going to another page'));
  contents.on('will-redirect', deny('A redirection'));
  contents.on('will-attach-webview', deny('Embedding a page'));
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('Opening a window was denied.', { url });
    return { action: 'deny' };
  });
}

/** The page's own files, recordings, developer tools and the development server; nothing of the network. */
function isAllowed(url: string, developmentServer: URL | undefined): boolean {
  const { protocol, host } = new URL(url);
  if ([`${APP_SCHEME}:`, `${MEDIA_SCHEME}:`, 'devtools:', 'blob:', 'data:'].includes(protocol)) return true;
  return developmentServer !== undefined && host === developmentServer.host && ['http:', 'ws:'].includes(protocol);
}
