import { expect, test } from 'vitest';
import { placeWindow } from './windowPlace.ts';

const LEFT = { x: 0, y: 0, width: 1920, height: 1080 };
const RIGHT = { x: 1920, y: 0, width: 1280, height: 1024 };
const kept = { x: 2000, y: 40, width: 1000, height: 700 };

test('a window goes to where it was', () => {
  expect(placeWindow(kept, [LEFT, RIGHT])).toEqual(kept);
  // Also where a part of it is beyond the edge, as a person put it.
  const low = { ...kept, x: 1500, y: 900 };
  expect(placeWindow(low, [LEFT, RIGHT])).toEqual(low);
});

test('a window of a screen that is gone goes into the middle of the main one', () => {
  expect(placeWindow(kept, [LEFT])).toEqual({ x: 460, y: 190, width: 1000, height: 700 });
});

test('a window that cannot be taken hold of is brought back', () => {
  for (const lost of [
    { ...kept, x: -950, y: 40 },
    { ...kept, y: -200 },
    { ...kept, x: 100, y: 1070 },
  ]) {
    expect(placeWindow(lost, [LEFT]), JSON.stringify(lost)).toEqual({ x: 460, y: 190, width: 1000, height: 700 });
  }
});

test('a window is never larger than its screen', () => {
  const huge = { x: 1900, y: 20, width: 3000, height: 2000 };
  expect(placeWindow(huge, [LEFT, RIGHT])).toEqual(RIGHT);
  expect(placeWindow({ ...kept, width: 1400 }, [LEFT, RIGHT])).toEqual({ x: 1920, y: 40, width: 1280, height: 700 });
});
