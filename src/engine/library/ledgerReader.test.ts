import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { parseLedgerLine, readLines } from './ledgerReader.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-ledger-'));
  file = join(folder, '2026-11.jsonl');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function lines(tailBytes?: number): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const piece of readLines(nodeFileSystem, file, tailBytes)) all.push(...piece);
  return all;
}

test('lines come out whole and in order, wherever the pieces of the file are cut', async () => {
  const written = Array.from({ length: 3000 }, (_, index) => `${index}:${'äß€'.repeat(index % 70)}`);
  await writeFile(file, written.join('\n'));
  expect(await lines()).toEqual(written);
});

test('empty lines and line breaks of Windows are no lines', async () => {
  await writeFile(file, '\n\r\na\r\n\nb\n\n');
  expect(await lines()).toEqual(['a', 'b']);
});

test('of a line that is too long nothing is left that could be taken for a line', async () => {
  const entry = JSON.stringify({
    type: 'armed',
    at: 1,
    sourceId: '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11',
    sourceName: 'A',
  });
  // The reader gives such a line up at the end of a piece: the entry would begin right there.
  for (const length of [3 * 131_072, 3 * 131_072 + 1, 4 * 131_072, 1_000_000]) {
    await writeFile(file, `${'x'.repeat(length)}${entry}\n${entry}\n`);
    const found = await lines();
    expect(found).toHaveLength(2);
    expect(found.map((line) => parseLedgerLine(line)?.type)).toEqual([undefined, 'armed']);
  }
});

test('the tail begins with the rest of a line', async () => {
  await writeFile(file, 'first\nsecond\nthird\n');
  expect(await lines(9)).toEqual(['nd', 'third']);
  expect(await lines(1000)).toEqual(['first', 'second', 'third']);
});
