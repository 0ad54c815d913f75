import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratchFolder, removeLeftScratchFolders } from './scratchFolder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'longtake-scratch-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const problems: unknown[] = [];
const removeLeft = (): void => removeLeftScratchFolders(home, (...problem) => problems.push(problem));

/** A name as a process had it that is over. */
function deadName(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const own = makeScratchFolder(home);
  rmSync(own, { recursive: true });
  return join(home, basename(own).replace(`-${process.pid}-`, `-${pid}-`));
}

describe('the scratch folder of a command', () => {
  it('is removed by a later one when its process was killed, and not before', () => {
    const dead = deadName();
    renameSync(makeScratchFolder(home), dead);
    writeFileSync(join(dead, 'Preferences'), '{}');
    const alive = makeScratchFolder(home);
    removeLeft();
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(alive)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('takes nothing with it that a link leads to', () => {
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'mine'), '');
    const [dead, link] = [deadName(), deadName()];
    mkdirSync(dead);
    symlinkSync(elsewhere, join(dead, 'link'));
    symlinkSync(elsewhere, link);
    removeLeft();
    expect(existsSync(dead)).toBe(false);
    expect(readdirSync(elsewhere)).toEqual(['mine']);
    expect(existsSync(link)).toBe(true);
  });

  it('leaves alone what another program, another container or an older version made', () => {
    const names = ['longtake-command-AbCdEf', 'longtake-command-1-999999999-AbCdEf', 'longtake-commands-1-1-a'];
    for (const name of names) mkdirSync(join(home, name));
    writeFileSync(deadName(), 'a file');
    removeLeft();
    expect(readdirSync(home)).toEqual(expect.arrayContaining(names));
    expect(readdirSync(home)).toHaveLength(names.length + 1);
  });
});
