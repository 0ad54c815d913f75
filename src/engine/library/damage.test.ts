import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepingRig, START } from '../../../test/support/keepingRig.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { openLibrary } from './library.ts';

const HOUR = 3_600_000;

let rig: KeepingRig;
beforeEach(async () => {
  rig = await KeepingRig.make();
  const all = Array.from({ length: 120 }, (_, index) => rig.record({ startedAt: START - index * HOUR }, 100));
  for (const one of all.slice(0, 10)) rig.lock(one);
  await rig.trash.remove(
    all.slice(50, 60).map(({ id }) => id),
    'person',
  );
});
afterEach(() => rig.dispose());

const database = (): string => join(rig.dataFolder, 'library.db');
const state = () => ({ listed: rig.listed(), trash: rig.library.keeping.trash(0, 100) });

/** What a person finds after a start, and after a rescan where the library was set aside. */
async function startAgain(): Promise<boolean> {
  const { library, setAside } = openLibrary(database(), silentLog);
  rig.library = library;
  if (setAside !== undefined) await rig.rescan();
  return setAside !== undefined;
}

describe('a library that is damaged', () => {
  type Damage = (path: string, seed: number) => void;
  const damages: Readonly<Record<string, Damage>> = {
    'cut off': (path, seed) => truncateSync(path, 1 + (seed % readFileSync(path).length)),
    'given a header of garbage': (path, seed) => {
      const bytes = readFileSync(path);
      for (let at = 0; at < 100; at += 1) bytes[at] = (seed * (at + 7)) & 0xff;
      writeFileSync(path, bytes);
    },
    'overwritten in its pages': (path, seed) => {
      const bytes = readFileSync(path);
      for (let page = 1 + (seed % 3); page * 4096 < bytes.length; page += 3)
        bytes.fill(0xff, page * 4096, page * 4096 + 64);
      writeFileSync(path, bytes);
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`by being ${name} is made anew, with all locks and all trash`, async () => {
      const before = state();
      rig.library.close();
      const whole = readFileSync(database());
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), async (seed) => {
          writeFileSync(database(), whole);
          damage(database(), seed);
          await startAgain();
          const after = state();
          rig.library.close();
          expect(after).toEqual(before);
        }),
        { numRuns: 5 },
      );
      await startAgain();
    });
  }

  it('goes on with its write-ahead log after a power cut', async () => {
    const before = state();
    for (const suffix of ['', '-wal', '-shm']) copyFileSync(database() + suffix, `${database()}.copy${suffix}`);
    rig.library.close();
    for (const suffix of ['', '-wal', '-shm']) copyFileSync(`${database()}.copy${suffix}`, database() + suffix);
    expect(await startAgain()).toBe(false);
    expect(state()).toEqual(before);
  });

  it('is not confused by the log of a library that is gone', async () => {
    const before = state();
    copyFileSync(`${database()}-wal`, join(rig.dataFolder, 'old-wal'));
    rig.library.close();
    rmSync(database());
    copyFileSync(join(rig.dataFolder, 'old-wal'), `${database()}-wal`);
    expect(existsSync(database())).toBe(false);
    const { library } = openLibrary(database(), silentLog);
    rig.library = library;
    await rig.rescan();
    expect(state()).toEqual(before);
  });
});
