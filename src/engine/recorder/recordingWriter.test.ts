import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryFileSystem, nodeError } from '../../../test/support/memoryFileSystem.ts';
import { type Muxer, rawMuxer } from './muxer.ts';
import { RecordingWriter, type WriterFailure } from './recordingWriter.ts';

const PATH = '/recording';

/** A four-byte header that counts the payload, like a WAV header does. */
const counting: Muxer = {
  ...rawMuxer,
  header: count(0),
  patches: (payloadBytes) => [{ offset: 0, bytes: count(payloadBytes) }],
  tail: (payloadBytes) => new Uint8Array(payloadBytes % 2),
};

function count(bytes: number): Uint8Array {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, bytes);
  return header;
}

function counted(file: Uint8Array | undefined): number {
  return file ? new DataView(file.buffer, file.byteOffset).getUint32(0) : -1;
}

describe('RecordingWriter', () => {
  let disk: MemoryFileSystem;
  let failures: WriterFailure[];

  beforeEach(() => {
    vi.useFakeTimers();
    disk = new MemoryFileSystem();
    failures = [];
  });
  afterEach(() => vi.useRealTimers());

  const open = (maxPendingBytes = 1000): RecordingWriter =>
    new RecordingWriter(disk.createExclusive(PATH), counting, {
      maxPendingBytes,
      onFailure: (failure) => failures.push(failure),
    });

  it('writes what plays long enough without waiting for more', async () => {
    const options = { bytesPerSecond: 400, maxPendingBytes: 1000, onFailure: () => undefined };
    const writer = new RecordingWriter(disk.createExclusive(PATH), counting, options);
    writer.append(new Uint8Array(99));
    await vi.advanceTimersByTimeAsync(0);
    expect(writer.payloadBytes).toBe(0);
    writer.append(new Uint8Array(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(writer.payloadBytes).toBe(100);
    await writer.close();
  });

  it('writes everything once, in order, with a header that counts it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 }), async (parts) => {
        disk = new MemoryFileSystem();
        const writer = open(10_000);
        for (const [index, part] of parts.entries()) {
          writer.append(part);
          if (index % 3 === 0) await vi.advanceTimersByTimeAsync(300);
        }
        await writer.close();
        const payload = Buffer.concat(parts);
        const file = disk.files.get(PATH);
        expect(counted(file)).toBe(payload.length);
        expect(Buffer.from(file ?? []).subarray(4, 4 + payload.length)).toEqual(payload);
        expect(file?.length).toBe(4 + payload.length + (payload.length % 2));
      }),
      { numRuns: 50 },
    );
  });

  it('has on disk within 300 ms what it took, with a valid header', async () => {
    const writer = open();
    writer.append(new Uint8Array(100));
    await vi.advanceTimersByTimeAsync(300);
    expect(counted(disk.files.get(PATH))).toBe(100);
    await writer.close();
  });

  it('waits for a hung disk and loses nothing when it comes back', async () => {
    let release: () => void = () => undefined;
    const writer = open();
    writer.append(new Uint8Array(100).fill(1));
    disk.beforeWrite = () => new Promise((resolve) => (release = resolve));
    await vi.advanceTimersByTimeAsync(300);
    writer.append(new Uint8Array(800).fill(2));
    disk.beforeWrite = () => undefined;
    release();
    await writer.close();
    expect(failures).toEqual([]);
    expect(counted(disk.files.get(PATH))).toBe(900);
  });

  it('gives up with a cause instead of using more memory than allowed', async () => {
    let release: () => void = () => undefined;
    const writer = open();
    await vi.advanceTimersByTimeAsync(300);
    disk.beforeWrite = () => new Promise((resolve) => (release = resolve));
    writer.append(new Uint8Array(600));
    await vi.advanceTimersByTimeAsync(300);
    writer.append(new Uint8Array(600));
    expect(failures).toEqual([{ kind: 'too slow' }]);
    disk.beforeWrite = () => undefined;
    release();
    await writer.close();
    expect(counted(disk.files.get(PATH))).toBe(600);
  });

  it('keeps a valid file of what was written when the disk is full', async () => {
    const writer = open();
    writer.append(new Uint8Array(100).fill(1));
    await vi.advanceTimersByTimeAsync(300);
    disk.beforeWrite = (_path, bytes) => {
      if (bytes.length > 4) throw nodeError('ENOSPC');
    };
    writer.append(new Uint8Array(100).fill(2));
    await vi.advanceTimersByTimeAsync(300);
    expect(failures).toMatchObject([{ kind: 'disk', error: { code: 'ENOSPC' } }]);
    await writer.close();
    expect(counted(disk.files.get(PATH))).toBe(100);
    expect(disk.files.get(PATH)?.length).toBe(104);
    expect(failures).toHaveLength(1);
  });

  it('takes a whole file in one go from a server that is faster than time', async () => {
    const writer = open(4 * 1024 * 1024);
    const piece = new Uint8Array(64 * 1024);
    for (let pieces = 0; pieces < 160; pieces += 1) {
      writer.append(piece);
      // The socket gives no time to timers between two pieces, but the disk gets its turn.
      await vi.advanceTimersByTimeAsync(0);
    }
    await writer.close();
    expect(failures).toEqual([]);
    expect(disk.files.get(PATH)?.length).toBe(4 + 160 * piece.length);
  });

  it('fails when the file was deleted under it', async () => {
    const writer = open();
    writer.append(new Uint8Array(10));
    await vi.advanceTimersByTimeAsync(300);
    writer.checkFile();
    await vi.advanceTimersByTimeAsync(0);
    expect(failures).toEqual([]);
    disk.files.delete(PATH);
    writer.checkFile();
    await vi.advanceTimersByTimeAsync(0);
    expect(failures).toMatchObject([{ kind: 'disk', error: { name: 'FileDeletedError' } }]);
  });

  it('reports a file that cannot be opened, once', async () => {
    const writer = new RecordingWriter(Promise.reject(nodeError('EACCES')), counting, {
      maxPendingBytes: 1000,
      onFailure: (failure) => failures.push(failure),
    });
    writer.append(new Uint8Array(10));
    await writer.close();
    expect(failures).toMatchObject([{ kind: 'disk', error: { code: 'EACCES' } }]);
  });
});
