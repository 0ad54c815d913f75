import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { errnoOf } from '../../shared/errors.ts';

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
 * The file below `root` that the path of an address stands for. Undefined when it stands for none: for a type of file
 * that the page does not have, or a path that leaves the folder.
 */
export function resolvePageFile(root: string, pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    // Not a valid percent-encoding (RFC 3986 2.1), and so the address of nothing.
    return undefined;
  }
  const path = resolve(join(root, decoded));
  const inside = path.startsWith(resolve(root) + sep) && !/[\\\0]/.test(decoded);
  return inside && Object.hasOwn(mimeTypes, extname(path)) ? path : undefined;
}

/** A file of the built page with its type; undefined when it is not there. */
export async function readPageFile(
  path: string,
): Promise<{ readonly content: Uint8Array<ArrayBuffer>; readonly mimeType: string } | undefined> {
  try {
    const content = new Uint8Array(await readFile(path));
    return { content, mimeType: mimeTypes[extname(path)] ?? 'application/octet-stream' };
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What every answer with a part of the page says of itself, besides its policy. */
export const PAGE_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;
