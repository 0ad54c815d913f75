import { defineConfig } from 'vitest/config';

/** The stations of tests are on this machine, and no proxy of its surroundings knows them. */
for (const name of ['NO_PROXY', 'no_proxy']) {
  const others = process.env[name];
  process.env[name] = [...(others === undefined || others === '' ? [] : [others]), '127.0.0.1', 'localhost'].join(',');
}

/** Windows share a display and its keyboard, and a bench shares nothing: one file at a time. */
const alone = { fileParallelism: false, pool: 'forks' } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'test/fuzz/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'setup', include: ['test/setup/**/*.test.ts'], environment: 'node', testTimeout: 60_000 } },
      {
        test: {
          name: 'audio',
          include: ['test/audio/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Each file has sound servers and stations of its own, and mostly waits for the clock.
          pool: 'forks',
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          ...alone,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.ts'],
          testTimeout: 600_000,
          ...alone,
        },
      },
    ],
  },
});
