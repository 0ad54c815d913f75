import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepingRig } from '../../../test/support/keepingRig.ts';
import { nodeError } from '../../../test/support/memoryFileSystem.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';

let rig: KeepingRig;
beforeEach(async () => {
  rig = await KeepingRig.make();
});
afterEach(() => rig.dispose());

describe('a deleted recording', () => {
  it('is moved to the trash with its cue sheet, and comes back with it', async () => {
    const one = rig.record();
    rig.write(one.path.replace('.wav', '.cue'));
    const before = rig.files();
    const { removed, refused } = await rig.trash.remove([one.id], 'person');
    expect(refused).toEqual([]);
    expect(removed[0]?.trash).toBe(`.longtake/trash/2026-11-21/${one.path}`);
    expect(rig.listed()).toEqual([]);
    expect(rig.library.days({ limit: 9 })).toEqual([]);
    expect(rig.trashFiles()).toHaveLength(2);
    expect(rig.files()).toHaveLength(2);

    const { restored } = await rig.trash.restore([one.id]);
    expect(restored[0]).toMatchObject({ id: one.id, path: one.path });
    expect(rig.files()).toEqual(before);
    expect(rig.listed().map(({ id }) => id)).toEqual([one.id]);
    expect(rig.library.keeping.trashTotals()).toEqual({ total: 0, bytes: 0 });
  });

  it('leaves what somebody else put beside it where it is', async () => {
    const one = rig.record();
    const sheet = one.path.replace('.wav', '.cue');
    rig.write(sheet);
    rig.foreign.add(sheet);
    const { removed } = await rig.trash.remove([one.id], 'person');
    expect(removed[0]?.belongings).toEqual([]);
    expect(rig.files()).toContain(sheet);
  });

  it('gets a number where its name is taken meanwhile, and overwrites nothing', async () => {
    const one = rig.record({ path: 'a.wav' });
    await rig.trash.remove([one.id], 'person');
    writeFileSync(join(rig.root, 'a.wav'), 'somebody else');
    const { restored } = await rig.trash.restore([one.id]);
    expect(restored[0]?.path).toBe('a_2.wav');
    expect(readFileSync(join(rig.root, 'a.wav'), 'utf8')).toBe('somebody else');
  });

  it('goes under a name of its own where two had the same', async () => {
    const one = rig.record({ path: 'a.wav' });
    await rig.trash.remove([one.id], 'person');
    const two = rig.record({ path: 'a.wav' });
    await rig.trash.remove([two.id], 'person');
    expect(rig.trashFiles()).toHaveLength(2);
    const { restored } = await rig.trash.restore([one.id, two.id]);
    expect(restored.map(({ path }) => path)).toEqual(['a.wav', 'a_2.wav']);
  });

  it('is in the trash also after the library was made anew from disk', async () => {
    const one = rig.record();
    const two = rig.record();
    await rig.trash.remove([one.id, two.id], 'person');
    await rig.trash.restore([two.id]);
    await rig.rebuild();
    expect(rig.listed().map(({ id }) => id)).toEqual([two.id]);
    expect(rig.library.keeping.trash(0, 9).map(({ recording }) => recording)).toEqual([one]);
    const { restored } = await rig.trash.restore([one.id]);
    expect(restored).toHaveLength(1);
  });

  it('was never deleted when the program ended before its file was moved', async () => {
    const one = rig.record();
    const { root, ...row } = one;
    rig.tell({
      type: 'removed',
      at: rig.now,
      reason: 'age',
      recording: row,
      trash: '.longtake/trash/2026-11-21/gone.wav',
      belongings: [],
    });
    await rig.rebuild();
    expect(root).toBe(rig.root);
    expect(rig.listed().map(({ id }) => id)).toEqual([one.id]);
    expect(rig.library.keeping.removed(one.id)).toBeUndefined();
  });

  it.each(['person', 'space'] as const)('takes the folders with it that were made for it (%s)', async (reason) => {
    const connection = '0f0e0d0c-0b0a-4908-8706-050403020100';
    const day = (path: string) => rig.record({ path, connection });
    const [one, two] = [day('Studio A/2026-11-20/a.wav'), day('Studio A/2026-11-21/b.wav')];
    const own = rig.record({ path: 'Tapes/old.wav' });
    const noted = day('Studio B/c.wav');
    rig.write('Studio B/notes.txt');
    const folders = async (): Promise<string[]> =>
      (await nodeFileSystem.list(rig.root)).map(({ name }) => name).filter((name) => !name.startsWith('.'));
    await rig.trash.remove([one.id, own.id, noted.id], reason);
    expect((await folders()).toSorted()).toEqual(['Studio A', 'Studio B', 'Tapes']);
    expect((await nodeFileSystem.list(join(rig.root, 'Studio A'))).map(({ name }) => name)).toEqual(['2026-11-21']);
    await rig.trash.remove([two.id], reason);
    expect((await folders()).toSorted()).toEqual(['Studio B', 'Tapes']);
    if (reason === 'person') expect((await rig.trash.restore([one.id])).restored[0]?.path).toBe(one.path);
  });

  it('is removed for good once, with its cue sheet and its folders', async () => {
    const one = rig.record();
    rig.write(one.path.replace('.wav', '.cue'));
    const { removed } = await rig.trash.remove([one.id], 'person');
    expect(await rig.trash.purge([...removed, ...removed])).toEqual({ removed: 1, bytes: one.bytes });
    expect(rig.files()).toEqual([]);
    expect(rig.purged).toEqual([one.id]);
    expect(await nodeFileSystem.list(join(rig.root, '.longtake/trash'))).toEqual([]);
    await rig.rebuild();
    expect(rig.library.keeping.trashTotals().total).toBe(0);
    expect(await rig.trash.restore([one.id])).toMatchObject({ restored: [], refused: [{ id: one.id }] });
  });
});

describe('a recording stays', () => {
  it('while it is locked, being recorded, or needed by something else', async () => {
    const locked = rig.record();
    rig.lock(locked);
    const open = rig.record({ state: 'recording' });
    const needed = rig.record();
    rig.vetoes.push(({ id }) => (id === needed.id ? 'It is being uploaded.' : undefined));
    const { removed, refused } = await rig.trash.remove([locked.id, open.id, needed.id], 'person');
    expect(removed).toEqual([]);
    expect(refused.map(({ message }) => message)).toEqual([
      'It is locked. Unlock it first.',
      'It is being recorded. Stop the source first.',
      'It is being uploaded.',
    ]);
    expect(rig.files()).toHaveLength(3);
  });

  it('and in the list when the disk does not let it go', async () => {
    const one = rig.record();
    rig.fileSystem = { ...rig.fileSystem, move: () => Promise.reject(nodeError('EXDEV')) };
    const { refused } = await rig.trash.remove([one.id], 'person');
    expect(refused[0]?.message).toMatch(/another disk/);
    expect(rig.listed()).toHaveLength(1);
    await rig.rebuild();
    expect(rig.listed().map(({ id }) => id)).toEqual([one.id]);
  });

  it('when a rule finds another file in its place', async () => {
    const one = rig.record();
    rig.write(one.path, 5);
    expect((await rig.trash.remove([one.id], 'age')).refused).toHaveLength(1);
    expect(rig.files()).toEqual([one.path]);
  });
});

it('a line whose file is gone can be taken out of the list by hand, not by a rule', async () => {
  const one = rig.record();
  rmSync(join(rig.root, one.path));
  expect((await rig.trash.remove([one.id], 'age')).removed).toHaveLength(0);
  expect((await rig.trash.remove([one.id], 'person')).removed).toHaveLength(1);
  expect(rig.listed()).toEqual([]);
  expect(rig.library.keeping.trashTotals().total).toBe(0);
});

it('locks outlive the database', async () => {
  const [one, two] = [rig.record(), rig.record()];
  rig.lock(one);
  rig.lock(two);
  rig.lock(two, false);
  await rig.rebuild();
  expect(rig.library.recording(one.id)?.locked).toBe(true);
  expect(rig.library.recording(two.id)?.locked).toBeUndefined();
});

it('a rescan does not look into the trash', async () => {
  const one = rig.record();
  await rig.trash.remove([one.id], 'person');
  rig.write('.longtake/trash/2026-11-21/strange.wav');
  await rig.rescan();
  expect(rig.listed()).toEqual([]);
});
