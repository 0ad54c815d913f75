import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { parseLogLine, readLog } from './logFile.ts';

const line = (text: string): string => `2026-11-21T14:00:00.000Z warn [studio/recorder] ${text}\n`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-logs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const texts = async (from?: number) => {
  const { lines, next } = await readLog(nodeFileSystem, folder, from);
  return { texts: lines.map(({ text }) => text), next };
};

describe('reading the log', () => {
  it('knows both ways in which lines are written', () => {
    expect(parseLogLine(line('one [two] three').trim())).toEqual({
      at: '2026-11-21T14:00:00.000Z',
      level: 'warn',
      part: 'studio/recorder',
      text: 'one [two] three',
    });
    expect(parseLogLine('2026-11-21 14:00:00,123 WARNING Radio: lost')).toMatchObject({ level: 'warn', part: '' });
    expect(parseLogLine('no line')).toBeUndefined();
  });

  it('follows what is added, line by line', async () => {
    const path = join(folder, 'longtake.log');
    expect(await texts()).toEqual({ texts: [], next: 0 });
    await writeFile(path, line('one'));
    const first = await texts();
    expect(first.texts).toEqual(['one']);
    await appendFile(path, line('zwei ü') + line('three').slice(0, 10));
    const second = await texts(first.next);
    expect(second.texts).toEqual(['zwei ü']);
    await appendFile(path, line('three').slice(10));
    expect((await texts(second.next)).texts).toEqual(['three']);
  });

  it('goes on when the file makes room for a new one, and begins with the end of the old one', async () => {
    const path = join(folder, 'longtake.log');
    await writeFile(path, line('old').repeat(3));
    const { next } = await texts();
    await rename(path, join(folder, 'longtake.1.log'));
    await writeFile(path, line('new'));
    expect((await texts(next)).texts).toEqual(['old', 'old', 'old', 'new']);
  });

  it('reads no more than the end of a long one', async () => {
    await writeFile(join(folder, 'longtake.log'), line('x'.repeat(400)).repeat(20_000) + line('last'));
    const { texts: found } = await texts();
    expect(found.length).toBeGreaterThan(500);
    expect(found.length).toBeLessThanOrEqual(2000);
    expect(found.at(-1)).toBe('last');
  });
});
