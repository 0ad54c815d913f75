import { APP_ORIGIN, APP_PAGE } from './appFiles.ts';

/** Where the window's page comes from. */
export interface PageAddress {
  readonly url: string;
  /** Origin of the page; the only one that is answered. */
  readonly origin: string;
  /** The development server, when it serves the page. */
  readonly developmentServer: URL | undefined;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The built page, or that of the development server in `rendererUrl`. A packaged program never uses a server, and
 * a server on another machine is never used.
 */
export function pageAddress(rendererUrl: string | undefined, isPackaged: boolean): PageAddress {
  const server = isPackaged || !rendererUrl || !URL.canParse(rendererUrl) ? undefined : new URL(rendererUrl);
  if (server?.protocol === 'http:' && LOOPBACK.includes(server.hostname)) {
    return { url: server.href, origin: server.origin, developmentServer: server };
  }
  return { url: APP_PAGE, origin: APP_ORIGIN, developmentServer: undefined };
}
