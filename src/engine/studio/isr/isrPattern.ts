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
  /** What its files are asked to be, such as `wav` or `auto`. */
  readonly format: string;
}

/**
 * The patterns of sources side by side, such that those that are bound to make the same names do not: ISR's own default
 * names a file by its instant alone, and all sources begin new files at the same one. The first source in the file
 * keeps its pattern; one like it has its own name added. What clashes all the same when a file is made is numbered.
 */
export function distinctPatterns(sources: readonly Named[]): readonly string[] {
  const taken = new Set<string>();
  return sources.map(({ pattern, folder, format }) => {
    const place = `${folder}\0${pattern}\0${format}`;
    const clashes = taken.has(place);
    taken.add(place);
    return clashes ? `${pattern}_{source}` : pattern;
  });
}
