import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Incoming } from '../storage/storage.ts';
import { Receiver } from './receive.ts';

const MIB = 1024 * 1024;

/** Keeps what it is given, each batch only after the one before; fails at a batch when told to. */
class Kept implements Incoming {
  readonly pieces: Uint8Array[] = [];
  readonly #failAt: number;
  batches = 0;
  isWriting = false;

  constructor(failAt = Infinity) {
    this.#failAt = failAt;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    expect(this.isWriting).toBe(false);
    this.isWriting = true;
    this.batches += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.isWriting = false;
    if (this.batches === this.#failAt) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    this.pieces.push(...pieces.map((piece) => Uint8Array.from(piece)));
  }

  complete = (): Promise<void> => Promise.resolve();
  publish = (): Promise<'published'> => Promise.resolve('published');
  discard = (): Promise<void> => Promise.resolve();
}

const receiver = new Receiver(60_000);

test('writes what comes in its order, whatever its pieces', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, async (lengths) => {
      const pieces = lengths.map((length, at) => Buffer.alloc(length, at + 1));
      const whole = Buffer.concat(pieces);
      const kept = new Kept();
      const received = await receiver.receive(Readable.from(pieces, { objectMode: false }), kept, whole.length);
      expect(received).toEqual({
        kind: 'whole',
        bytes: whole.length,
        sha256: createHash('sha256').update(whole).digest('hex'),
      });
      expect(Buffer.concat(kept.pieces).equals(whole)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test.each([1, 2, 3])('tells of a disk that is full at batch %i, with nothing left under way', async (failAt) => {
  const kept = new Kept(failAt);
  const body = Readable.from(Array.from({ length: 6 }, () => Buffer.alloc(MIB)));
  await expect(receiver.receive(body, kept, 100 * MIB)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(kept.batches).toBe(failAt);
  expect(kept.isWriting).toBe(false);
});

test('gives up what is too large, with nothing left under way', async () => {
  const kept = new Kept();
  const body = Readable.from(Array.from({ length: 6 }, () => Buffer.alloc(MIB)));
  expect(await receiver.receive(body, kept, 5 * MIB)).toEqual({ kind: 'tooLarge', got: 6 * MIB });
  expect(kept.isWriting).toBe(false);
});
