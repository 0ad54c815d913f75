import type { exportRequests } from '../../../shared/contract/exports.ts';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { StudioParts } from '../studio.ts';

/** Longest stretch that is made ready for a drag, s: a person waits for it with the button down. */
const MAX_READY_SECONDS = 1800;

/** Cuts, conversions and reels, and what a desktop does with them. */
export function exportHandlers({ ports, exporting }: StudioParts): Handlers<keyof typeof exportRequests> {
  const { exports, readyCuts } = exporting;
  return {
    'exports.plan': ({ range }) => exports.plan(range),
    'exports.start': (request) => exports.start(request),
    'exports.cancel': ({ id }) => exports.cancel(id),
    'exports.list': () => [...exports.list()],
    'exports.ready': ({ content, format }) => {
      if (exports.seconds(content) > MAX_READY_SECONDS) {
        throw new LongtakeError('INVALID_INPUT', 'This is longer than 30 minutes. Export it to a file instead.');
      }
      return readyCuts.ready(content, format);
    },
    'desktop.startDrag': ({ token }) => ports.desktop.startDrag(readyCuts.path(token)),
    'desktop.copyFile': ({ token }) => ports.desktop.copyFile(readyCuts.path(token)),
    'desktop.revealExport': ({ id }) => {
      const [file] = exports.get(id).files;
      if (file === undefined) throw new LongtakeError('NOT_FOUND', 'This export has made no file.');
      ports.desktop.revealFile(file);
    },
  };
}
