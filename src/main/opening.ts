import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Handlers } from '../shared/contract/handlers.ts';
import { LINK_SCHEME } from '../shared/domain/recordingLink.ts';
import type { Log } from '../shared/ports/log.ts';
import type { OpenRequest } from './openRequests.ts';

type OpeningHandlers = Pick<Handlers, 'opening.link' | 'opening.file'>;

/** Of one start; a file manager may hand over a whole folder's content. */
const MOST_AT_ONCE = 20;
const AUDIO = /\.(?:wav|flac|mp3|aac|ogg|oga|opus)$/i;

/** What a request asks to be opened. `isPackaged`: what is no flag was meant to be opened, whatever it is. */
export function opened(
  request: OpenRequest,
  isPackaged: boolean,
): readonly ({ readonly link: string } | { readonly path: string })[] {
  switch (request.kind) {
    case 'address':
      return [{ link: request.address }];
    case 'file':
      return [{ path: request.path }];
    case 'start': {
      const { given, folder } = request;
      return given
        .filter((argument) => argument !== '' && !argument.startsWith('-'))
        .flatMap((argument) => openedBy(argument, folder) ?? [])
        .filter((wanted) => 'link' in wanted || isPackaged || AUDIO.test(wanted.path))
        .slice(0, MOST_AT_ONCE);
    }
  }
}

function openedBy(argument: string, folder: string): { readonly link: string } | { readonly path: string } | undefined {
  if (argument.toLowerCase().startsWith(`${LINK_SCHEME}:`)) return { link: argument };
  if (!/^file:/i.test(argument)) return { path: resolve(folder, argument) };
  try {
    // A host would be a file of another computer.
    return { path: fileURLToPath(argument) };
  } catch {
    return undefined;
  }
}

/** Has the studio open what was asked for; the studio tells what cannot be opened. Never rejects. */
export async function openInStudio(
  request: OpenRequest,
  isPackaged: boolean,
  handlers: OpeningHandlers,
  log: Log,
): Promise<void> {
  for (const wanted of opened(request, isPackaged)) {
    try {
      if ('link' in wanted) await handlers['opening.link'](wanted);
      // A pipe or a device would be read for ever.
      else if (await isRegular(wanted.path)) await handlers['opening.file'](wanted);
      else log.warn('What was to be opened is no file.', wanted);
    } catch (error) {
      log.error('What was asked for from outside could not be opened.', { ...wanted, error });
    }
  }
}

/** What is not there is told by the studio. */
async function isRegular(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return true;
  }
}
