import filenamify from 'filenamify';
import strftime from 'strftime';
import { LongtakeError } from '../../shared/errors.ts';
import type { Millis } from '../../shared/units.ts';

/** Conversions of strftime that a pattern may use. */
const CONVERSIONS = 'ABCDFHILMPRSTUWXYabcdehjklmprsuwyz%';

/** Longest file or folder name in bytes: 255 are allowed almost everywhere; the rest is for `_2` and extension. */
const MAX_NAME_BYTES = 220;

export interface NameParts {
  readonly sourceName: string;
  /** Start, ms since 1970 UTC. */
  readonly at: Millis;
  /** Minutes east of UTC that local time is at. */
  readonly offsetMinutes: number;
  /** Without the dot. */
  readonly extension: string;
}

/**
 * Path of a recording relative to the recordings folder, with `/`. Every part is safe on Linux, macOS and Windows.
 * Throws INVALID_INPUT for a pattern that cannot make a name.
 */
export function recordingPath(pattern: string, parts: NameParts): string {
  checkPattern(pattern);
  const format = strftime.timezone(parts.offsetMinutes);
  const date = new Date(parts.at);
  const names = pattern
    .split(/[/\\]/)
    .map((name) => format(name.replaceAll('{source}', parts.sourceName.replaceAll('%', '%%')), date))
    .map(safeName);
  return `${names.join('/')}.${parts.extension}`;
}

/** The same path with `_2`, `_3` ... before the extension; `count` from 1, which is the path itself. */
export function numberedPath(path: string, count: number): string {
  return count === 1 ? path : path.replace(/(\.[^./]+)$/, `_${count}$1`);
}

function checkPattern(pattern: string): void {
  for (const [, conversion] of pattern.matchAll(/%[-_0^:]*(.?)/gu)) {
    if (!conversion || !CONVERSIONS.includes(conversion)) {
      throw new LongtakeError(
        'INVALID_INPUT',
        `"%${conversion ?? ''}" has no meaning in a file name pattern. Use for example %Y, %m, %d, %H, %M, %S, %z.`,
      );
    }
  }
  const placeholder = pattern.replaceAll('{source}', '').match(/\{[^}]*\}?/)?.[0];
  if (placeholder !== undefined) {
    throw new LongtakeError(
      'INVALID_INPUT',
      `"${placeholder}" has no meaning in a file name pattern; only {source} has.`,
    );
  }
  if (pattern.trim() === '') throw new LongtakeError('INVALID_INPUT', 'Enter a pattern for file names.');
  if (pattern.split(/[/\\]/).some((name) => /^\s*\.*\s*$/.test(name))) {
    throw new LongtakeError(
      'INVALID_INPUT',
      'A file name pattern cannot begin or end with "/", or have empty folders or "." and "..".',
    );
  }
}

function safeName(name: string): string {
  // The library decomposes accents; names are kept composed, as keyboards and most tools write them.
  const safe = filenamify(name, { replacement: '_', maxLength: MAX_NAME_BYTES }).normalize('NFC');
  // A name that begins with a dot is hidden, and `.longtake` is where no recording is looked for.
  return truncateUtf8(safe, MAX_NAME_BYTES)
    .replace(/[. ]+$/, '_')
    .replace(/^\./, '_');
}

/** Cuts at a character so that the text takes at most `bytes` in UTF-8. */
function truncateUtf8(text: string, bytes: number): string {
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
