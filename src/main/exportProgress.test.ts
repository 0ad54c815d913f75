import { expect, test } from 'vitest';
import { ExportProgress } from './exportProgress.ts';

function rig() {
  const clock = { now: 0 };
  const progress = new ExportProgress(() => clock.now);
  const working = (id: string, fraction: number) => progress.heard({ id, state: 'working', fraction });
  return { clock, progress, working };
}

test('a long export has a progress, a short one none', () => {
  const { clock, progress, working } = rig();
  working('a', 0.1);
  expect(progress.fraction()).toBeUndefined();
  expect(progress.words()).toBeUndefined();
  clock.now = 2000;
  working('a', 0.27);
  expect(progress.fraction()).toBe(0.27);
  expect(progress.words()).toBe('Exporting, 20 %');
  expect(progress.heard({ id: 'a', state: 'done', fraction: 1 })).toBe(true);
  expect(progress.fraction()).toBeUndefined();
  working('b', 0.1);
  clock.now = 3000;
  expect(progress.heard({ id: 'b', state: 'done', fraction: 1 })).toBe(false);
});

test('several are one progress, in which what is done counts until all are', () => {
  const { clock, progress, working } = rig();
  working('a', 0);
  working('b', 0.5);
  clock.now = 3000;
  progress.heard({ id: 'a', state: 'done', fraction: 1 });
  expect(progress.fraction()).toBe(0.75);
  // One that failed is neither done nor left to do.
  working('d', 0.1);
  progress.heard({ id: 'd', state: 'failed', fraction: 0.1 });
  expect(progress.fraction()).toBe(0.75);
  progress.heard({ id: 'b', state: 'failed', fraction: 0.5 });
  expect(progress.fraction()).toBeUndefined();
  working('c', 0.2);
  clock.now = 6000;
  expect(progress.fraction()).toBe(0.2);
});
