import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BodyTurns } from './bodyTurns.ts';

const LARGE = 8 * 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Those of `count` large bodies that may go, by their numbers, and how each says that it went. */
function begin(turns: BodyTurns, count: number): Map<number, () => void> {
  const going = new Map<number, () => void>();
  for (let number = 1; number <= count; number += 1) {
    void turns.enter(LARGE).then((went) => going.set(number, went));
  }
  return going;
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test('large bodies go two at a time, in order', async () => {
  const going = begin(new BodyTurns(), 4);
  await settled();
  expect([...going.keys()]).toEqual([1, 2]);
  going.get(2)?.();
  // Said twice, it makes no room for another one.
  going.get(2)?.();
  await settled();
  expect([...going.keys()]).toEqual([1, 2, 3]);
});

test('where they take long, all go side by side', async () => {
  const going = begin(new BodyTurns(), 4);
  await vi.advanceTimersByTimeAsync(1000);
  expect([...going.keys()]).toEqual([1, 2, 3, 4]);
  going.get(1)?.();
  going.get(2)?.();
  going.get(3)?.();
  await settled();
  expect(vi.getTimerCount()).toBe(0);
});

test('a small body waits for nobody, and keeps nobody waiting', async () => {
  const turns = new BodyTurns();
  const going = begin(turns, 3);
  await turns.enter(64_000);
  expect([...going.keys()]).toEqual([1, 2]);
});
