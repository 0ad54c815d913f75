import { type exportRequests, MAX_READY_SECONDS } from '../../../shared/contract/exports.ts';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { StudioParts } from '../studio.ts';

/** What a copy for a drag leaves free on the disk: recording goes before, bytes. */
const LEFT_FREE_BYTES = 1e9;

/** Cuts, conversions and reels, and what a desktop does with them. */
export function exportHandlers({ ports, exporting }: StudioParts): Handlers<keyof typeof exportRequests> {
  const { exports, readyCuts } = exporting;
  return {
    'exports.plan': ({ range }) => exports.plan(range),
    'exports.joinable': ({ content }) => exports.joinable(content),
    'exports.start': (request) => exports.start(request),
    'exports.cancel': ({ id }) => exports.cancel(id),
    'exports.list': () => [...exports.list()],
    'exports.ready': async ({ content, format }) => {
      const { seconds, bytes } = exports.extent(content);
      if (seconds > MAX_READY_SECONDS) {
        throw new LongtakeError('INVALID_INPUT', 'This is longer than 4 hours. Use "Save as" instead.');
      }
      if ((await ports.fileSystem.freeBytes(ports.dataFolder)) - bytes < LEFT_FREE_BYTES) {
        throw new LongtakeError('DISK_FULL', 'There is too little room for a copy. Use "Save as", to another disk.');
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
