import { PAGE_HEADERS, readPageFile, resolvePageFile } from '../engine/platform/pageFiles.ts';
import { APP_SCHEME } from '../shared/contract/bridge.ts';
import { PAGE_POLICY } from './contentPolicy.ts';

/** Host of the page's addresses. */
const HOST = 'studio';
export const APP_ORIGIN = `${APP_SCHEME}://${HOST}`;
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** The file below `root` that an address of the page stands for; undefined when it stands for none. */
export function resolveAppFile(root: string, address: string): string | undefined {
  const { host, pathname } = new URL(address);
  return host === HOST ? resolvePageFile(root, pathname) : undefined;
}

/** Serves the built page from the folder `root`, with the policy that holds for it. */
export function createAppResponder(root: string): (request: Request) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    const path = resolveAppFile(root, url);
    const file = path === undefined ? undefined : await readPageFile(path);
    if (!file) return new Response(null, { status: 404 });
    return new Response(method === 'HEAD' ? null : file.content, {
      headers: { 'Content-Type': file.mimeType, 'Content-Security-Policy': PAGE_POLICY, ...PAGE_HEADERS },
    });
  };
}
