import { assertNever } from '../shared/assertNever.ts';
import type { SourceConfig } from '../shared/domain/source.ts';
import type { IsrRun } from './isrRun.ts';

/** What would be recorded, for a person, or as one JSON object a line. */
export function previewRun({ state, terms }: IsrRun, json: boolean): string {
  const sources = state.sources.map((source) => {
    const { recordingsFolder = state.settings.recordingsFolder, retry } = terms.get(source.id) ?? {};
    const splitSeconds = source.splitSeconds ?? state.settings.splitSeconds;
    const filenamePattern = source.filenamePattern ?? state.settings.filenamePattern;
    return { ...source, recordingsFolder, splitSeconds, filenamePattern, retry };
  });
  if (json) return sources.map((source) => `${JSON.stringify({ type: 'source', ...source })}\n`).join('');
  const blocks = sources.map(({ name, recordingsFolder, splitSeconds, filenamePattern, retry, ...source }) =>
    [
      name,
      `  records  ${inputOf({ name, ...source })}`,
      `  into     ${recordingsFolder}`,
      `  names    ${filenamePattern}`,
      `  split    every ${splitSeconds % 60 === 0 ? `${splitSeconds / 60} min` : `${splitSeconds} s`}`,
      `  tries    ${retry?.maxTries ?? 'for ever'}, ${retry?.delaySeconds ?? 0} s apart`,
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}

function inputOf(source: SourceConfig): string {
  switch (source.kind) {
    case 'stream':
      return `${source.url} (${source.format}${source.username === '' ? '' : `, as ${source.username}`})`;
    case 'soundcard':
      return `the input "${source.device}" (${source.sampleRate} Hz, ${source.channels} channel(s))`;
    case 'generator':
      return `a test signal (${source.programme})`;
    default:
      return assertNever(source);
  }
}
