import { relative, sep } from 'node:path';
import { writeCue } from '../recorder/cueFile.ts';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Title } from '../../shared/domain/title.ts';
import { errorText } from '../../shared/errors.ts';
import { samples, samplesToMillis } from '../../shared/units.ts';
import type { StudioParts } from './studio.ts';

type TitleHandlers = Pick<Handlers, 'recordings.titles' | 'library.findTitles'>;

/** What was on air: of one recording, and where. */
export function titleHandlers({ library }: StudioParts): TitleHandlers {
  return {
    'recordings.titles': ({ id }) => {
      const sampleRate = library().recording(id)?.format.sampleRate ?? 0;
      return library()
        .titles.of(id)
        .map((title) => placed(title, sampleRate));
    },
    'library.findTitles': ({ text, limit }) =>
      library()
        .titles.find(text, limit)
        .map(({ recording, title }) => ({ recording, ...placed(title, recording.format.sampleRate) })),
  };
}

function placed({ position, text }: Title, sampleRate: number) {
  return { title: text, position, positionMs: sampleRate > 0 ? samplesToMillis(samples(position), sampleRate) : 0 };
}

/** Writes the cue sheet of a recording that was mended, where its source is to have one. Never rejects. */
export async function writeCueAgain(
  { ports, sources, library }: Pick<StudioParts, 'ports' | 'sources' | 'library'>,
  recording: Recording,
): Promise<void> {
  const source = sources.configs().find(({ id }) => id === recording.sourceId);
  if (source?.kind !== 'stream' || source.cue !== true) return;
  try {
    await writeCue(ports.fileSystem, recording, library().titles.of(recording.id));
  } catch (error) {
    ports.log.error('The cue sheet of a mended recording could not be written.', {
      path: recording.path,
      error: errorText(error),
    });
  }
}

/** {@link writeCueAgain} for files, by their absolute paths, that a scan of `root` has mended. */
export async function writeCuesAgain(parts: StudioParts, root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = parts.library().byPath(root, relative(root, path).split(sep).join('/'));
    if (found?.state === 'repaired') await writeCueAgain(parts, found);
  }
}
