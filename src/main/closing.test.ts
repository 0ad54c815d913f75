import { expect, test } from 'vitest';
import { Closing } from './closing.ts';

async function closed(given: { armed: number; hasTray: boolean; whenClosed?: 'stay' | 'quit' }) {
  const done: string[] = [];
  const closing = new Closing({
    armedCount: () => given.armed,
    hasTray: () => Promise.resolve(given.hasTray),
    whenClosed: () => given.whenClosed ?? 'stay',
    close: () => void done.push('close'),
    minimise: () => void done.push('minimise'),
    quit: () => void done.push('quit'),
    tell: (what) => void done.push(`tell ${what}`),
  });
  // A person clicks twice.
  await Promise.all([closing.request(), closing.request()]);
  return done;
}

test('recording goes on in the tray, or minimised where there is none', async () => {
  for (const whenClosed of ['stay', 'quit'] as const) {
    expect(await closed({ armed: 2, hasTray: true, whenClosed })).toEqual(['close', 'tell recording']);
    expect(await closed({ armed: 2, hasTray: false, whenClosed })).toEqual(['minimise', 'tell minimised']);
  }
});

test('with nothing armed it is as the person chose, and never a program without a way back', async () => {
  expect(await closed({ armed: 0, hasTray: true })).toEqual(['close', 'tell staying']);
  expect(await closed({ armed: 0, hasTray: true, whenClosed: 'quit' })).toEqual(['quit']);
  expect(await closed({ armed: 0, hasTray: false })).toEqual(['quit']);
});
