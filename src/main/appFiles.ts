import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { APP_SCHEME } from '../shared/contract/bridge.ts';
import { errnoOf } from '../shared/errors.ts';
import { PAGE_POLICY } from './contentPolicy.ts';

/** Host of the page's addresses. */
const HOST = 'studio';
export const APP_ORIGIN = `${APP_SCHEME}://${HOST}`;
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

const mimeTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/**
 * The file below `root` that an address of the page stands for. Undefined when it stands for none: for a foreign
 * host, a type of file that the page does not have, or a path that leaves the folder.
 */
export function resolveAppFile(root: string, address: string): string | undefined {
  const { host, pathname } = new URL(address);
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    // Not a valid percent-encoding (RFC 3986 2.1), and so the address of nothing.
    return undefined;
  }
  const path = resolve(join(root, decoded));
  const inside = path.startsWith(resolve(root) + sep) && !/[\\\0]/.test(decoded);
  return host === HOST && inside && Object.hasOwn(mimeTypes, extname(path)) ? path : undefined;
}

/** Serves the built page from the folder `root`, with the policy that holds for it. */
export function createAppResponder(root: string): (request: Request) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
    const path = resolveAppFile(root, url);
    const content = path === undefined ? undefined : await readIfThere(path);
    if (path === undefined || content === undefined) return new Response(null, { status: 404 });
    return new Response(method === 'HEAD' ? null : new Uint8Array(content), {
      headers: {
        'Content-Type': mimeTypes[extname(path)] ?? 'application/octet-stream',
        'Content-Security-Policy': PAGE_POLICY,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      },
    });
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
