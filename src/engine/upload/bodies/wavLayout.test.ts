import { expect, test } from 'vitest';
import { MemoryFileSystem } from '../../../../test/support/memoryFileSystem.ts';
import { WavWriter } from '../../containers/wav.ts';
import { FileWindow } from './fileWindow.ts';
import { WavLayout } from './wavLayout.ts';

test('a WAV whose header a full disk refused to mend goes on to its last whole sample frame', async () => {
  const writer = new WavWriter(
    { sampleRate: 44_100, channels: 1, bitDepth: 24 },
    { sourceName: 'Studio A', startedAt: 0, offsetMinutes: 0 },
  );
  const header = Buffer.from(writer.header());
  for (const { offset, bytes } of writer.patch(300)) header.set(bytes, offset);
  const disk = new MemoryFileSystem();
  const file = Buffer.concat([header, Buffer.alloc(3001)]);
  disk.files.set('a.wav', file);
  const layout = new WavLayout(0);
  await layout.advance(new FileWindow(await disk.openForReading('a.wav'), file.length), true);
  expect(layout.end).toBe(header.length + 3000);
});
