import { LongtakeError } from '../../shared/errors.ts';

/** What a line of ffmpeg begins with when a part of it speaks: `[mp3 @ 0x55d0c4e6a2c0] `. */
const PART = /^\[([^\]@]+?)(?: @ 0x[0-9a-f]+)?\]\s*/i;
/** Told after every failure, and no reason for it. */
const SUMMARY = /^(Conversion failed!|Error opening input files?:.*|Error opening output files?:.*)$/;

/** The last line of ffmpeg's stderr that gives a reason, without addresses and without the path that was asked for. */
export function reasonOf(stderr: string, path = ''): string | undefined {
  const lines = stderr
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((text) => !SUMMARY.test(text)) ?? lines.at(-1);
  if (line === undefined) return undefined;
  const text = line.replace(PART, '$1: ');
  return path !== '' && text.startsWith(`${path}: `) ? text.slice(path.length + 2) : text;
}

/** The coded form of how fluent-ffmpeg reports the end of ffmpeg; `message` is its error's. */
export function decodeError(message: string, stderr: string, path?: string): LongtakeError {
  const details = { ffmpeg: (reasonOf(stderr, path) ?? message).slice(0, 500) };
  if (/ (formats?|codecs?) .* (is|are) not available/.test(message)) {
    const sentence = 'This ffmpeg lacks a part that is needed. Install a complete one.';
    return new LongtakeError('FORMAT_UNSUPPORTED', `${sentence} It says: ${message}`, { details });
  }
  if (/ENOENT|EACCES|ENOEXEC|Cannot find ffmpeg/.test(message)) {
    return new LongtakeError('DECODER_MISSING', `ffmpeg could not be started. Reinstall it. (${message})`, { details });
  }
  return new LongtakeError('DAMAGED', `The audio could not be decoded. ffmpeg says: ${details.ffmpeg}`, { details });
}
