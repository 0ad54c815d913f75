import fc from 'fast-check';
import { afterAll, vi } from 'vitest';

// A run finds what the run before found: `npm run fuzz` is there to look further.
fc.configureGlobal({ seed: 20_261_121 });

// Files share their modules, and what one of them turned must not be turned for the next.
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
