import { describe, expect, it } from 'vitest';
import type { Recording } from '../shared/domain/recording.ts';
import { Failure } from './exit.ts';
import { position } from './position.ts';

const at = (text: string, offsetMinutes: number): Recording =>
  ({ startedAt: Date.parse(text), offsetMinutes }) as unknown as Recording;
/** 14:00 by the clock on the wall. */
const recording = at('2026-11-21T13:00:00Z', 60);

describe('position', () => {
  it('counts from the start', () => {
    expect(position('90', recording)).toBe(90);
    expect(position('1.25', recording)).toBe(1.25);
    expect(position('1:30', recording)).toBe(90);
    expect(position('25:00:00,5', recording)).toBe(90_000.5);
  });

  it('goes by the clock on the wall, also over midnight', () => {
    expect(position('@14:02:11', recording)).toBe(131);
    expect(position('@0:00:01', at('2026-11-21T22:59:00Z', 60))).toBe(61);
    expect(position('2026-11-21T14:00:10+01:00', recording)).toBe(10);
    expect(position('2026-11-21T13:00:00.5Z', recording)).toBe(0.5);
  });

  it.each(['', 'x', '-1', '1:2:3:4', '1:60', '@', '2026-11-21', '2026-11-21T14:00:00', '2026-11-21T12:00:00Z'])(
    'refuses %j',
    (text) => {
      expect(() => position(text, recording)).toThrow(Failure);
    },
  );
});
