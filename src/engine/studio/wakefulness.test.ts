import { describe, expect, it } from 'vitest';
import { Wakefulness } from './wakefulness.ts';

describe('Wakefulness', () => {
  it('holds once while it is wanted, and lets go at the end', () => {
    const calls: string[] = [];
    let wanted = false;
    const wakefulness = new Wakefulness(
      { hold: () => calls.push('hold'), release: () => calls.push('release') },
      () => wanted,
    );
    wakefulness.look();
    expect(calls).toEqual([]);
    wanted = true;
    wakefulness.look();
    wakefulness.look();
    expect(calls).toEqual(['hold']);
    wanted = false;
    wakefulness.look();
    expect(calls).toEqual(['hold', 'release']);
    wakefulness.end();
    wanted = true;
    wakefulness.look();
    wakefulness.end();
    wakefulness.end();
    expect(calls).toEqual(['hold', 'release', 'hold', 'release']);
  });

  it('does without a port', () => {
    const wakefulness = new Wakefulness(undefined, () => true);
    expect(() => wakefulness.look()).not.toThrow();
  });
});
