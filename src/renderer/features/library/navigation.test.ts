import { describe, expect, it } from 'vitest';
import { nextActive } from './navigation.ts';

describe('nextActive', () => {
  it('moves by lines and pages and stays in the list', () => {
    expect(nextActive('ArrowDown', 3, 10, 5)).toBe(4);
    expect(nextActive('ArrowUp', 0, 10, 5)).toBe(0);
    expect(nextActive('PageDown', 3, 10, 20)).toBe(9);
    expect(nextActive('PageUp', 8, 10, 5)).toBe(3);
    expect([nextActive('Home', 7, 10, 5), nextActive('End', 7, 10, 5)]).toEqual([0, 9]);
  });
  it('begins at the first line', () => expect(nextActive('ArrowDown', undefined, 10, 5)).toBe(0));
  it('leaves other keys and empty lists alone', () => {
    expect(nextActive('Enter', 3, 10, 5)).toBeUndefined();
    expect(nextActive('End', undefined, 0, 5)).toBeUndefined();
  });
});
