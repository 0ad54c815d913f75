import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CueSheet, cueRecordingId, cueSheet } from './cue.ts';

const sheet: CueSheet = {
  fileName: 'Radio 1.mp3',
  fileType: 'MP3',
  sourceName: 'Radio 1',
  startedAt: '2026-11-21T14:00:00.000+01:00',
  recordingId: '7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11',
  sampleRate: 44_100,
  titles: [
    { text: 'Someone – A song', position: 0 },
    { text: 'Nobody "the" Great', position: 44_100 * 61 + 588 },
    { text: 'Late', position: 44_100 * 60 * 125 },
  ],
};

describe('a cue sheet', () => {
  test('has a track for each title at its frame, with quotation marks that break nothing', () => {
    expect(cueSheet(sheet)).toBe(`REM LONGTAKE-RECORDING 7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11
REM SOURCE "Radio 1"
REM START 2026-11-21T14:00:00.000+01:00
TITLE "Radio 1 2026-11-21T14:00:00.000+01:00"
FILE "Radio 1.mp3" MP3
  TRACK 01 AUDIO
    TITLE "Someone – A song"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Nobody 'the' Great"
    INDEX 01 01:01:01
  TRACK 03 AUDIO
    TITLE "Late"
    INDEX 01 125:00:00
`);
    expect(cueRecordingId(cueSheet(sheet))).toBe(sheet.recordingId);
    expect(cueRecordingId('FILE "x.mp3" MP3')).toBeUndefined();
  });

  test('begins at zero, and says of two titles within a frame the later', () => {
    const titles = [
      { text: 'first', position: 44_100 },
      { text: 'second', position: 44_101 },
    ];
    const text = cueSheet({ ...sheet, titles });
    expect(text.match(/TITLE "[^"]*"\n {4}INDEX 01 .*/g)).toEqual([
      'TITLE "Radio 1"\n    INDEX 01 00:00:00',
      'TITLE "second"\n    INDEX 01 00:01:00',
    ]);
  });

  test('keeps what comes after 99 tracks as remarks', () => {
    const titles = Array.from({ length: 120 }, (_, index) => ({ text: `t${index}`, position: index * 44_100 }));
    const text = cueSheet({ ...sheet, titles });
    expect(text.match(/^ {2}TRACK/gm)).toHaveLength(99);
    expect(text).toContain('\nREM TITLE 01:59:00 "t119"\n');
  });

  test('has lines of known kinds only, whatever the titles are', () => {
    const line =
      /^(?:REM [A-Z-]+ [^\n]*|TITLE "[^"\n]*"|FILE "[^"\n]*" (?:MP3|WAVE)| {2}TRACK \d\d AUDIO| {4}TITLE "[^"\n]*"| {4}INDEX 01 \d{2,}:[0-5]\d:(?:[0-6]\d|7[0-4]))$/u;
    const title = fc.record({
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x"\r\n  TRACK 07 AUDIO\n\u2028"')),
      position: fc.nat({ max: 1e10 }),
    });
    fc.assert(
      fc.property(fc.array(title, { maxLength: 130 }), (found) => {
        const titles = found.sort((one, other) => one.position - other.position);
        const lines = cueSheet({ ...sheet, titles, fileName: 'a "b"\n.mp3' }).split('\n');
        expect(lines.pop()).toBe('');
        for (const text of lines) expect(text).toMatch(line);
        const frames = lines
          .filter((text) => text.startsWith('    INDEX'))
          .map((text) => text.slice(13).split(':').map(Number))
          .map(([minutes = 0, seconds = 0, frame = 0]) => (minutes * 60 + seconds) * 75 + frame);
        expect(frames).toEqual([...new Set(frames)].sort((one, other) => one - other));
        expect(frames[0]).toBe(0);
      }),
    );
  });
});
