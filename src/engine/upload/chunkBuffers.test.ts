import { expect, test } from 'vitest';
import { ChunkBuffers } from './chunkBuffers.ts';

const MIB = 1024 * 1024;

test('memory that nobody reads any more serves the next chunk while others are under way', () => {
  const buffers = new ChunkBuffers();
  const one = buffers.take(8 * MIB);
  const other = buffers.take(8 * MIB - 5);
  expect(other.length).toBe(8 * MIB - 5);
  expect(other.buffer).not.toBe(one.buffer);
  buffers.giveBack(one, true);
  expect(buffers.take(8 * MIB - 9).buffer).toBe(one.buffer);
  expect(buffers.take(8 * MIB).buffer).not.toBe(one.buffer);
});

test('memory that may still be read is nobody else’s', () => {
  const buffers = new ChunkBuffers();
  const held = buffers.take(2 * MIB);
  buffers.take(2 * MIB);
  buffers.giveBack(held, false);
  expect(buffers.take(2 * MIB).buffer).not.toBe(held.buffer);
});

test('nothing is kept once nothing is under way', () => {
  const buffers = new ChunkBuffers();
  const [one, other] = [buffers.take(MIB), buffers.take(MIB)];
  buffers.giveBack(one, true);
  buffers.giveBack(other, true);
  const next = buffers.take(MIB);
  expect([one.buffer, other.buffer]).not.toContain(next.buffer);
});
