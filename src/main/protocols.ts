import { type Session, protocol } from 'electron';
import { APP_SCHEME, MEDIA_SCHEME } from '../shared/contract/bridge.ts';

export type Responder = (request: Request) => Promise<Response>;

/** Tells Chromium what the two schemes may do. Call it before the app is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    // The page's script is compiled once, and not at each start.
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    {
      scheme: MEDIA_SCHEME,
      // The page's origin is another one: corsEnabled lets it read what names it in Access-Control-Allow-Origin.
      privileges: { standard: true, secure: true, stream: true, supportFetchAPI: true, corsEnabled: true },
    },
  ]);
}

/** Answers both schemes in `session`. */
export function handleProtocols(
  session: Session,
  responders: { readonly app: Responder; readonly media: Responder },
): void {
  session.protocol.handle(APP_SCHEME, responders.app);
  session.protocol.handle(MEDIA_SCHEME, responders.media);
}
