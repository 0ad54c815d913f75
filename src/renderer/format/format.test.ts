import { describe, expect, it } from 'vitest';
import { bytesPerSecond, formatName } from './audio.ts';
import { count, level, ordinal, roughTime, size } from './quantity.ts';
import {
  countdown,
  dayTitle,
  duration,
  exactDuration,
  nearestSecond,
  offsetName,
  relativeDay,
  shiftDay,
  spokenDuration,
  splitLength,
  wallTime,
  wallTimeTenths,
} from './time.ts';

describe('wall clock', () => {
  const instant = Date.UTC(2026, 10, 21, 13, 2, 11, 499);
  it('is that of the place of recording, whatever the zone of this computer', () => {
    expect(wallTime(instant, 60)).toBe('14:02:11');
    expect(wallTime(instant, -210)).toBe('09:32:11');
    expect(wallTime(Date.UTC(2026, 10, 21, 23, 30), 60)).toBe('00:30:00');
  });
  it('cuts tenths', () => expect(wallTimeTenths(instant, 0)).toBe('13:02:11.4'));
  it('names the offset', () => {
    expect([0, 60, -210, 345].map(offsetName)).toEqual(['UTC', 'UTC+1', 'UTC-3:30', 'UTC+5:45']);
  });
});

describe('durations', () => {
  it('are h:mm:ss, cut to seconds', () => {
    expect(duration(3_599_999)).toBe('0:59:59');
    expect(duration(3_600_000)).toBe('1:00:00');
    expect(duration(100 * 3_600_000)).toBe('100:00:00');
    expect(duration(-5)).toBe('0:00:00');
  });
  it('show tenths only where they matter', () => {
    expect([0, 440, 9949, 9950, 12_400].map(exactDuration)).toEqual(['0.0 s', '0.4 s', '9.9 s', '0:00:10', '0:00:12']);
    expect(duration(nearestSecond(4999.6))).toBe('0:00:05');
  });
  it('count down to zero only when nothing is left', () => {
    expect(countdown(1)).toBe('0:01');
    expect(countdown(0)).toBe('0:00');
    expect(countdown(56 * 60_000 + 33_000)).toBe('56:33');
    expect(countdown(3_600_000)).toBe('1:00:00');
  });
  it('can be read aloud', () => {
    expect(spokenDuration(3_807_000)).toBe('1 hour 3 minutes 27 seconds');
    expect(spokenDuration(10)).toBe('0 seconds');
  });
  it('names splits', () => {
    expect([5, 60, 900, 3600, 7200, 90].map(splitLength)).toEqual([
      '5 s',
      '1 minute',
      '15 minutes',
      '1 hour',
      '2 hours',
      '90 s',
    ]);
  });
});

describe('days', () => {
  it('have titles', () => {
    expect(dayTitle('2026-11-21')).toBe('Saturday 21 November 2026');
    expect(dayTitle('nonsense')).toBe('nonsense');
  });
  it('are shifted across months and years', () => {
    expect(shiftDay('2026-12-31', 1)).toBe('2027-01-01');
    expect(shiftDay('2024-03-01', -1)).toBe('2024-02-29');
  });
  it('are named when they are near', () => {
    expect(relativeDay('2026-11-21', '2026-11-21')).toBe('Today');
    expect(relativeDay('2026-11-20', '2026-11-21')).toBe('Yesterday');
    expect(relativeDay('2026-11-19', '2026-11-21')).toBeUndefined();
  });
});

describe('quantities', () => {
  it('show sizes in decimal units with one decimal', () => {
    expect([0, 999, 1000, 999_949, 999_950, 12_400_000_000].map(size)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '999.9 kB',
      '1.0 MB',
      '12.4 GB',
    ]);
  });
  it('count', () => {
    expect(count(1, 'recording')).toBe('1 recording');
    expect(count(12_345, 'recording')).toBe('12,345 recordings');
  });
  it('order', () =>
    expect([1, 2, 3, 4, 11, 12, 13, 21, 111].map(ordinal).join(' ')).toBe('1st 2nd 3rd 4th 11th 12th 13th 21st 111th'));
  it('show levels with a true minus, and no minus zero', () => {
    expect([-12.44, 0, -0.04, -150, Number.NaN].map(level)).toEqual(['−12.4', '0.0', '0.0', '−∞', '−∞']);
  });
  it('say roughly how long', () => {
    expect([40, 100, 60 * 24 * 9, 60 * 24 * 900].map((minutes) => roughTime(minutes * 60_000))).toEqual([
      '40 minutes',
      '1 hour',
      '9 days',
      'over 2 years',
    ]);
  });
});

describe('formats', () => {
  it('are named as far as known', () => {
    expect(formatName({ codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 24 })).toBe('48 kHz 24 bit stereo');
    expect(formatName({ codec: 'pcm', sampleRate: 44_100, channels: 6, bitDepth: 16 })).toBe(
      '44.1 kHz 16 bit 6 channels',
    );
    expect(formatName({ codec: 'mp3', sampleRate: 44_100, channels: 2, bitrate: 128_000 })).toBe(
      'MP3 128 kbit/s stereo',
    );
    expect(formatName({ codec: 'aac', sampleRate: 0, channels: 0 })).toBe('AAC');
  });
  it('tell what they need of the disk', () => {
    expect(bytesPerSecond({ codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 24 })).toBe(288_000);
    expect(bytesPerSecond({ codec: 'mp3', sampleRate: 44_100, channels: 2, bitrate: 128_000 })).toBe(16_000);
  });
});
