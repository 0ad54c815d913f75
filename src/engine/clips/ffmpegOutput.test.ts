import { describe, expect, test } from 'vitest';
import { decodeError, reasonOf } from './ffmpegOutput.ts';

describe('the reason that ffmpeg gives', () => {
  test.each([
    ['/r/junk.mp3: Invalid data found when processing input\n', 'Invalid data found when processing input'],
    [
      '[mp3 @ 0x55d0c4e6a2c0] Failed to read frame size: Could not seek to 1026.\n',
      'mp3: Failed to read frame size: Could not seek to 1026.',
    ],
    [
      '[aac @ 0x7f0a] Input buffer exhausted before END element found\r\nError while decoding stream #0:0: Invalid data\r\n',
      'Error while decoding stream #0:0: Invalid data',
    ],
    ["Stream map '0:a:0' matches no streams.\nConversion failed!\n\n", "Stream map '0:a:0' matches no streams."],
    [
      '[in#0 @ 0x5] Error opening input: Invalid data found\nError opening input file /r/junk.mp3.\nError opening input files: Invalid data found\n',
      'Error opening input file /r/junk.mp3.',
    ],
    ['Conversion failed!', 'Conversion failed!'],
    ['', undefined],
    [' \n\n', undefined],
  ])('%j', (stderr, reason) => {
    expect(reasonOf(stderr, '/r/junk.mp3')).toBe(reason);
  });
});

describe('the error that a person gets', () => {
  test.each([
    ['ffmpeg exited with code 1: x', 'DAMAGED'],
    ['ffmpeg was killed with signal SIGSEGV', 'DAMAGED'],
    ['Input format mp3 is not available', 'FORMAT_UNSUPPORTED'],
    ['Output formats wav,w64 are not available', 'FORMAT_UNSUPPORTED'],
    ['spawn /usr/bin/ffmpeg ENOENT', 'DECODER_MISSING'],
  ])('%s', (message, code) => {
    const error = decodeError(message, '', '/r/a.mp3');
    expect(error.code).toBe(code);
    expect(error.details?.['ffmpeg']).toBe(message);
  });
});
