import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stretchesOf, writeCounted } from '../chaos/countedAudio.ts';
import { checkFile, type FileReport } from '../chaos/fileChecks.ts';
import type { LedgerRecording } from '../chaos/readLedger.ts';
import { checkNumbers, connectionsOf, type Part } from '../chaos/seams.ts';
import { matchStation } from '../chaos/stationProof.ts';
import { trueTime } from '../chaos/trueTime.ts';
import { account } from '../support/accounting.ts';
import { encode, MP3_128 } from '../support/ffmpeg.ts';
import { tool } from '../support/codedAudio.ts';
import { makeRecording } from '../support/makeRecording.ts';

const FORMAT = { bitDepth: 16 } as const;
const FRAMES = 4000;
const NOTHING: FileReport = { problems: [], pcm: Buffer.alloc(0), packets: [] };

function ledgerRow(change: Parameters<typeof makeRecording>[0]): LedgerRecording {
  return makeRecording(change);
}

describe('what chaos looks at', () => {
  let folder: string;
  let counted: Buffer;
  let row: LedgerRecording;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-checks-'));
    const raw = join(folder, 'counted.pcm');
    await writeCounted(raw, FORMAT, FRAMES);
    counted = await readFile(raw);
    const path = join(folder, 'a.wav');
    // Without ffmpeg's own tags: `data` is the last chunk.
    const input = ['-f', 's16le', '-ar', '48000', '-ac', '2', '-i', raw];
    await tool('ffmpeg', ['-v', 'error', ...input, '-fflags', '+bitexact', path]);
    row = ledgerRow({ path: 'a.wav', samples: FRAMES, bytes: (await stat(path)).size });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const part = (pcm: Buffer, change: Parameters<typeof makeRecording>[0] = {}): Part => ({
    recording: ledgerRow(change),
    report: { ...NOTHING, pcm },
  });

  it('takes a good file, and sees one that is cut short or not what the ledger says', async () => {
    const good = await checkFile(folder, row);
    expect(good.problems).toEqual([]);
    expect(good.pcm.equals(counted)).toBe(true);
    expect((await checkFile(folder, { ...row, samples: FRAMES - 1 })).problems).not.toEqual([]);
    await writeFile(join(folder, 'cut.wav'), await readFile(join(folder, 'a.wav')));
    await truncate(join(folder, 'cut.wav'), row.bytes - 4);
    const cut = await checkFile(folder, { ...row, path: 'cut.wav', bytes: row.bytes - 4, samples: FRAMES - 1 });
    expect(cut.problems).toEqual(
      expect.arrayContaining(['the RIFF size is not that of the file', 'the data does not fill the file']),
    );
  });

  it('sees a frame that is lost or doubled within a file and at a seam, and lets silence pass', () => {
    const frame = 4;
    const [one, other] = [counted.subarray(0, 1000 * frame), counted.subarray(1000 * frame)];
    expect(checkNumbers([part(one), part(other)], FORMAT)).toEqual([]);
    expect(checkNumbers([part(one), part(other.subarray(frame))], FORMAT)).toHaveLength(1);
    expect(checkNumbers([part(one), part(one)], FORMAT)).toHaveLength(1);
    const silence = Buffer.alloc(50 * frame);
    expect(checkNumbers([part(one), part(Buffer.concat([silence, other]))], FORMAT)).toEqual([]);
    expect(stretchesOf(Buffer.concat([silence, one]), FORMAT).map(({ number }) => number)).toEqual([0, 1]);
  });

  it('sees a byte of a station that is in no file', async () => {
    await encode(join(folder, 'station.mp3'), { ...MP3_128, duration: 3 });
    const sent = await readFile(join(folder, 'station.mp3'));
    const head = Buffer.from('HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n');
    const passed = [{ pieces: [{ at: 1000, bytes: Buffer.concat([head, sent]) }], tampered: false }];
    const files = [sent.subarray(500, 20_000), sent.subarray(20_000, 40_000)] as const;
    const match = async (first: Buffer, second: Buffer) => {
      await writeFile(join(folder, '1.mp3'), first);
      await writeFile(join(folder, '2.mp3'), second);
      const stream = {
        sourceKind: 'stream',
        container: 'mp3',
        format: { codec: 'mp3', sampleRate: 44_100, channels: 2 },
      };
      const parts = ['1.mp3', '2.mp3'].map((path) => part(Buffer.alloc(0), { ...stream, path, samples: 54_000 }));
      return matchStation(folder, parts, passed);
    };
    const good = await match(...files);
    expect(good.problems).toEqual([]);
    expect(good.missingAtEnd(500)).toBe(0);
    expect(good.missingAtEnd(1000)).toBeGreaterThan(300);
    expect((await match(files[0], files[1].subarray(1))).problems).toHaveLength(1);
  });

  it('sees time that is in nothing or in two things', () => {
    const whole = { from: 0, to: 100 };
    expect(
      account(whole, [
        { from: -5, to: 60 },
        { from: 60, to: 120 },
      ]),
    ).toEqual({ holes: [], overlaps: [] });
    const spans = [
      { from: 10, to: 40 },
      { from: 30, to: 50 },
      { from: 60, to: 90 },
    ];
    expect(account(whole, spans)).toEqual({
      holes: [
        { from: 0, to: 10 },
        { from: 50, to: 60 },
        { from: 90, to: 100 },
      ],
      overlaps: [{ from: 30, to: 40 }],
    });
  });

  it('knows which recordings are of one connection, in whatever order they were opened', () => {
    const at = (connection: string, firstSample: number, seam: 'first' | 'gapless' | 'missing'): Part => {
      const made = part(Buffer.alloc(0), { seam });
      return { ...made, recording: { ...made.recording, connection, firstSample } };
    };
    const parts = [
      at('one', 500, 'gapless'),
      at('one', 0, 'first'),
      at('two', 0, 'first'),
      at('two', 900, 'missing'),
      at('two', 700, 'gapless'),
    ];
    const found = connectionsOf(parts).map((one) => one.map(({ recording }) => recording.firstSample));
    expect(found).toEqual([[0, 500], [0, 700], [900]]);
  });

  it('knows when a label of a clock that was set was true', () => {
    const hour = 3_600_000;
    const settings = [
      { at: 1000, offsetMs: 0 },
      { at: 20_000, offsetMs: -hour },
    ];
    expect(trueTime(settings, 5000)).toBe(5000);
    expect(trueTime(settings, 25_000 - hour)).toBe(25_000);
    expect(trueTime(settings, -hour - hour)).toBeUndefined();
  });
});
