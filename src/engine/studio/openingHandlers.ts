import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Opened } from '../../shared/contract/opening.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { parseRecordingLink } from '../../shared/domain/recordingLink.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import { foundRecording } from '../library/foundRecording.ts';
import { inspectFile } from '../recorder/inspect.ts';
import { recordingAt } from './localHandlers.ts';
import type { StudioParts } from './studio.ts';

/** What waits for a window; who opens more at once has a look at these first. */
const MOST_WAITING = 20;

const NO_LINK =
  'This is no link to a recording. One looks like longtake://recording/0b9f1c52-6a3e-4c1b-8f57-0d7c1a2b3c4d?t=62.5.';
const NOT_HERE =
  'The link leads to a recording that is not in this library. It was made on another computer, or deleted since.';

/** Takes what is opened from outside of the window, and keeps it until a window shows it. */
export function openingHandlers(parts: StudioParts): Pick<Handlers, 'opening.take' | 'opening.link' | 'opening.file'> {
  const { events, library, ports } = parts;
  const waiting: Opened[] = [];

  const tell = (opened: Opened): void => {
    if (waiting.length >= MOST_WAITING) return;
    waiting.push(opened);
    events.emit('opening.changed', {});
  };
  const fail = (error: unknown): void => {
    if (!(error instanceof LongtakeError)) ports.log.error('What was opened failed.', { error: errorText(error) });
    tell({ kind: 'problem', message: error instanceof LongtakeError ? error.message : unreadable(error) });
  };

  return {
    'opening.take': () => waiting.splice(0),
    'opening.link': ({ link }) => {
      const wanted = parseRecordingLink(link);
      if (!wanted) return tell({ kind: 'problem', message: NO_LINK });
      const recording = library().recording(wanted.id);
      if (!recording) return tell({ kind: 'problem', message: NOT_HERE });
      const { atSeconds } = wanted;
      tell({ kind: 'recording', recording, ...(atSeconds === undefined ? {} : { atSeconds }) });
    },
    'opening.file': async ({ path }) => {
      try {
        tell({ kind: 'recording', recording: await recordingOf(parts, resolve(path)) });
      } catch (error) {
        fail(error);
      }
    },
  };
}

function unreadable(error: unknown): string {
  return `The file cannot be read: ${errorText(error)}`;
}

async function recordingOf(parts: StudioParts, path: string): Promise<Recording> {
  try {
    return await recordingAt(parts, path);
  } catch (error) {
    if (!(error instanceof LongtakeError) || error.code !== 'NOT_FOUND') throw error;
  }
  const known = parts.library().byPath(dirname(path), basename(path).normalize('NFC'));
  return known ?? (await takeIn(parts, path));
}

/** Makes a recording of a file that stays where it is. */
async function takeIn(parts: StudioParts, path: string): Promise<Recording> {
  const { ports, events, catalogue, analysis } = parts;
  const { fileSystem, clock } = ports;
  const size = await fileSystem.stat(path);
  if (!size) throw new LongtakeError('NOT_FOUND', `There is no file ${path}.`);
  const found = await inspectFile(fileSystem, path);
  const recording = foundRecording({ ...placeOf(parts, path), ...size, found, clock, sourceNamed: () => undefined });
  catalogue.saveRecording(recording);
  events.emit('recordings.closed', recording);
  analysis.follow(recording);
  return recording;
}

/** What lies in the recordings folder is told as a scan of that folder tells it. */
function placeOf({ ports }: StudioParts, path: string): { readonly root: string; readonly path: string } {
  const folder = resolve(ports.settingsStore.read().settings.recordingsFolder);
  const below = relative(folder, path);
  const isBelow = !below.startsWith('..') && !isAbsolute(below);
  return isBelow
    ? { root: folder, path: below.split(sep).join('/').normalize('NFC') }
    : { root: dirname(path), path: basename(path).normalize('NFC') };
}
