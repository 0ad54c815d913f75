import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { DrillFolders } from './drillFolders.ts';

let home: string;
let folders: DrillFolders;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'longtake-drills-'));
  folders = new DrillFolders(nodeFileSystem, join(home, 'drills'));
});
afterEach(() => rm(home, { recursive: true }));

const drill = async (name: string): Promise<string> => {
  const folder = await folders.begin(name);
  await mkdir(join(folder, 'recordings'), { recursive: true });
  await writeFile(join(folder, 'recordings', 'a.wav'), 'audio');
  return folder;
};
const there = async (): Promise<string[]> => (await readdir(join(home, 'drills'))).toSorted();

describe('the folders of drills', () => {
  it('go with their drills, but for those that are kept', async () => {
    await folders.tidy();
    const kept = await drill('kept');
    await folders.keep(kept);
    const gone = await drill('gone');
    expect(await there()).toEqual(['gone', 'gone.unfinished', 'kept']);
    await folders.remove(gone);
    await folders.tidy();
    expect(await there()).toEqual(['kept']);
  });

  it('are not begun where there is no room', async () => {
    const full = folders.begin('full', async (folder) => {
      expect(await readdir(folder)).toEqual([]);
      throw new Error('No room.');
    });
    await expect(full).rejects.toThrow('No room.');
    expect(await there()).toEqual([]);
  });

  it('are removed later where a kill left them, and nothing that they lead to', async () => {
    const left = await drill('left');
    await folders.begin('not made yet');
    await mkdir(join(home, 'elsewhere'));
    await writeFile(join(home, 'elsewhere', 'mine'), '');
    await symlink(join(home, 'elsewhere'), join(left, 'recordings', 'link'));
    await folders.tidy();
    expect(await there()).toEqual([]);
    expect(await readdir(join(home, 'elsewhere'))).toEqual(['mine']);
  });
});
