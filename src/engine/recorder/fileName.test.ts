import { describe, expect, it } from 'vitest';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { millis } from '../../shared/units.ts';
import { numberedPath, recordingPath } from './fileName.ts';

const parts = {
  sourceName: 'Studio A',
  at: millis(Date.parse('2026-11-21T13:00:00Z')),
  offsetMinutes: 60,
  extension: 'wav',
};

describe('recordingPath', () => {
  it('fills the default pattern in local time with the zone', () => {
    expect(recordingPath(DEFAULT_FILENAME_PATTERN, parts)).toBe(
      'Studio A/2026-11-21/Studio A_20261121T140000+0100.wav',
    );
  });

  it('makes no hidden files, nor any where no recording is looked for', () => {
    for (const sourceName of ['.longtake', '._Studio', '...']) {
      for (const name of recordingPath('{source}/{source}', { ...parts, sourceName }).split('/')) {
        expect(name).not.toMatch(/^\./);
      }
    }
  });

  it('keeps apart the two hours of the night when clocks go back', () => {
    const first = recordingPath(DEFAULT_FILENAME_PATTERN, {
      ...parts,
      at: millis(Date.parse('2026-10-25T00:00:00Z')),
      offsetMinutes: 120,
    });
    const second = recordingPath(DEFAULT_FILENAME_PATTERN, {
      ...parts,
      at: millis(Date.parse('2026-10-25T01:00:00Z')),
      offsetMinutes: 60,
    });
    expect(first).toContain('20261025T020000+0200');
    expect(second).toContain('20261025T020000+0100');
  });

  it.each([
    ['a/b\\c', 'a_b_c'],
    ['con', 'con_'],
    ['50% <loud>: "x"?*|', '50% _loud_ _x_'],
    ['..', '_'],
    ['dots. ', 'dots_'],
    ['Ünïcode 録音', 'Ünïcode 録音'],
  ])('makes the source name %j safe', (sourceName, expected) => {
    const path = recordingPath('{source}', { ...parts, sourceName });
    expect(path).toBe(`${expected}.wav`);
  });

  it('shortens a name by bytes, not by characters', () => {
    const path = recordingPath('{source}', { ...parts, sourceName: '録'.repeat(80).repeat(2) });
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(224);
    expect(path).not.toContain('\uFFFD');
  });

  it.each(['%Q', '%', '{name}_%H', '{source', '', 'a/', 'a//b', '../up', 'a/./b', '/abs'])(
    'refuses the pattern %j',
    (pattern) => {
      expect(() => recordingPath(pattern, parts)).toThrow(LongtakeError);
    },
  );

  it('numbers a name that is taken', () => {
    expect(numberedPath('a.b/c.wav', 1)).toBe('a.b/c.wav');
    expect(numberedPath('a.b/c.wav', 2)).toBe('a.b/c_2.wav');
  });
});
