import { expect, test } from 'vitest';
import type { Section } from '../../../shared/domain/section.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import type { Library } from '../../library/library.ts';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelTracks, writeText } from './exportTable.ts';

const library = { recording: (id: string) => ({ path: `Hut/2026-11-21/${id}.b.wav` }) } as unknown as Library;
const section = (recordingId: string, fromSeconds: number, label?: string): Section =>
  ({
    recordingId,
    fromSeconds,
    toSeconds: fromSeconds + 1.5,
    score: 20,
    sourceName: 'Hut',
    label,
  }) as unknown as Section;

test('each recording gets a label track with the times in its own file', () => {
  expect(labelTracks(library, [section('one', 30), section('two', 2, 'owl'), section('one', 4)])).toEqual([
    { name: 'one.b', text: '4.000000\t5.500000\tHut +20.0 dB\n30.000000\t31.500000\tHut +20.0 dB\n' },
    { name: 'two.b', text: '2.000000\t3.500000\towl\n' },
  ]);
});

test('a text never replaces a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-text-'));
  const path = join(folder, 'a.txt');
  expect([await writeText(nodeFileSystem, path, 'one'), await writeText(nodeFileSystem, path, 'two')]).toEqual([
    path,
    join(folder, 'a_2.txt'),
  ]);
  expect(await readFile(path, 'utf8')).toBe('one');
  expect(await readdir(folder)).toHaveLength(2);
  await rm(folder, { recursive: true });
});
