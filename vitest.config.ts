import { defineConfig } from 'vitest/config';

/** The stations of tests are on this machine, and no proxy of its surroundings knows them. */
for (const name of ['NO_PROXY', 'no_proxy']) {
  const others = process.env[name];
  process.env[name] = [...(others === undefined || others === '' ? [] : [others]), '127.0.0.1', 'localhost'].join(',');
}

/** Suites that use sound servers, Electron or the clock run one file at a time, so that none starves another. */
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...alone,
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
