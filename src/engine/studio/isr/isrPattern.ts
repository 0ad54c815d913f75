import { millis } from '../../../shared/units.ts';
import { recordingPath } from '../../recorder/fileName.ts';

/** What strftime of Python knows under another name. */
const RENAMED: Readonly<Record<string, string>> = {
  // Microseconds; recordings are named to the millisecond.
  '%f': '%L000',
};

/**
 * ISR's pattern for file names as one of ours. A pattern whose percent signs are all doubled was written for a
 * configparser that interpolates, and is taken to mean single ones: nobody wants files named "%Y".
 * @throws LongtakeError INVALID_INPUT for one that cannot make a name
 */
export function isrPattern(text: string): string {
  const doubled = text.includes('%%') && !text.replaceAll('%%', '').includes('%');
  const single = doubled ? text.replaceAll('%%', '%') : text;
  const pattern = single.replaceAll(/%./gsu, (conversion) => RENAMED[conversion] ?? conversion);
  recordingPath(pattern, { sourceName: 'A', at: millis(0), offsetMinutes: 0, extension: 'wav' });
  return pattern;
}

/** A source as far as its names go. */
export interface Named {
  readonly pattern: string;
  /** Folder that the pattern is below; absolute or relative, but comparable. */
  readonly folder: string;
  /** Every extension that its files may have. */
  readonly extensions: readonly string[];
}

/**
 * The patterns of sources side by side, such that no two make the same name: ISR's own default names a file by its
 * instant alone, and all sources begin new files at the same one. The first source in the file keeps its pattern; one
 * that would make the same names has its own name added.
 */
export function distinctPatterns(sources: readonly Named[]): readonly string[] {
  const taken = new Set<string>();
  return sources.map(({ pattern, folder, extensions }) => {
    const places = extensions.map((extension) => `${folder}\0${pattern}\0${extension}`);
    const clashes = places.some((place) => taken.has(place));
    for (const place of places) taken.add(place);
    return clashes ? `${pattern}_{source}` : pattern;
  });
}
