import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { onPath } from './scripts/setup/debian.mjs';

/** The stations of tests are on this machine, and no proxy of its surroundings knows them. */
for (const name of ['NO_PROXY', 'no_proxy']) {
  const others = process.env[name];
  process.env[name] = [...(others === undefined || others === '' ? [] : [others]), '127.0.0.1', 'localhost'].join(',');
}

/** What is waited for comes later on a busy machine. Waiting costs nothing where nothing is wrong. */
const patient = { expect: { poll: { timeout: 120_000, interval: 50 } } };

/** From this hour of the day on, midnight may come while tests run. */
const EVENING = 22;
/**
 * Midnight ends every recording and begins a day of the library, wherever it comes in a test: what really records does
 * so in a zone where it is day, instead.
 */
const isDayInUtc = new Date().getUTCHours() >= 4 && new Date().getUTCHours() < 20;
const daylight = new Date().getHours() < EVENING ? {} : { env: { TZ: isDayInUtc ? 'UTC' : 'Etc/GMT-12' } };

/** Windows that share a display share its keyboard: one file at a time, unless each has a display of its own. */
const windows = (await onPath('Xvfb')) ? 3 : 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'test/fuzz/**/*.test.ts'],
          environment: 'node',
          setupFiles: ['test/support/leaveNoTrace.ts'],
          // New modules for each file would take as long to start as a third of the tests. Processes, not threads: tests
          // look at their own children and memory. One more than there are processors, for some files wait.
          pool: 'forks',
          isolate: false,
          maxWorkers: availableParallelism() + 1,
          testTimeout: 150_000,
          hookTimeout: 150_000,
          ...patient,
        },
      },
      { test: { name: 'setup', include: ['test/setup/**/*.test.ts'], environment: 'node', testTimeout: 120_000 } },
      {
        test: {
          name: 'audio',
          ...daylight,
          include: ['test/audio/**/*.test.ts'],
          setupFiles: ['test/support/leaveNoTrace.ts'],
          testTimeout: 900_000,
          hookTimeout: 360_000,
          // Each file has sound servers and stations of its own, and mostly waits for the clock.
          pool: 'forks',
          maxWorkers: 4,
          ...patient,
        },
      },
      {
        test: {
          name: 'e2e',
          ...daylight,
          include: ['test/e2e/**/*.test.ts'],
          // The style of the server's page is text of the server, which is empty in tests unless asked for.
          css: { include: [/[\\/]src[\\/]server[\\/]/] },
          setupFiles: ['test/support/ownDisplay.ts'],
          testTimeout: 360_000,
          hookTimeout: 360_000,
          pool: 'forks',
          maxWorkers: windows,
          ...patient,
        },
      },
      {
        test: {
          name: 'packaged',
          ...daylight,
          // Beside tests of its own, some of the unpacked program's, for what packaging may break.
          include: ['test/packaged/**/*.test.ts', 'test/e2e/{background,importIsr,shell}.test.ts'],
          globalSetup: ['test/support/packageOnce.ts'],
          setupFiles: ['test/support/ownDisplay.ts', 'test/support/drivePackaged.ts'],
          testTimeout: 360_000,
          hookTimeout: 360_000,
          pool: 'forks',
          maxWorkers: windows,
          ...patient,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/**/*.bench.ts'],
          testTimeout: 600_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
    ],
  },
});
