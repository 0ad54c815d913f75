import fc from 'fast-check';
import { afterAll, expect, vi } from 'vitest';

// A run finds what the run before found: `npm run fuzz` is there to look further.
fc.configureGlobal({ seed: 20_261_121 });

const { poll } = expect;
const began = expect.getState().testPath;
let isOver = false;

// A poll that nobody awaits to its end turns the fake clock of whatever file comes next.
expect.poll = (look, options) =>
  poll(() => {
    if (isOver) void Promise.reject(new Error(`A poll goes on after the tests of ${began} are over.`));
    isOver = false;
    return look();
  }, options);

// Files share their modules, and what one of them turned must not be turned for the next.
afterAll(() => {
  isOver = true;
  expect.poll = poll;
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
