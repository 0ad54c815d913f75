import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LedgerEntry } from '../../src/shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import { makeGap, makeRecording } from './makeRecording.ts';
import { amplitude, numbersOf } from './scenes.ts';

const RATE = 8000;
const MINUTE = 60_000;
/** Level of the noise that is always there, dBFS. */
const NOISE_DB = -62;

export interface Burst {
  /** s from the start of the recording. */
  readonly at: number;
  readonly seconds: number;
  /** Level, dBFS. */
  readonly db: number;
}

/** What is heard in every recording of every source; the second source is 4 dB quieter and hears only the first. */
export const BURSTS: readonly Burst[] = [
  { at: 10, seconds: 1, db: -20 },
  { at: 25, seconds: 2, db: -30 },
  { at: 44, seconds: 0.5, db: -12 },
];

export interface HeardDaysOptions {
  /** Recordings folder. */
  readonly root: string;
  readonly sources: readonly string[];
  readonly days: number;
  /** Recordings of a minute, one after the other from 03:00 on. */
  readonly recordingsPerDay: number;
  /** Midnight after the last day, local time, ms since 1970 UTC. */
  readonly until: number;
}

/**
 * Days of real WAV files in which something is heard, with their ledger, as a studio leaves them. On each day the first
 * source has a gap of 20 s after its first recording.
 */
export async function writeHeardDays({
  root,
  sources,
  days,
  recordingsPerDay,
  until,
}: HeardDaysOptions): Promise<void> {
  const lines: LedgerEntry[] = [];
  const sounds = sources.map((_, index) => wavOf(index === 0 ? BURSTS : BURSTS.slice(0, 1), index));
  for (const [index, sourceName] of sources.entries()) {
    const owner = { sourceId: randomUUID(), sourceName };
    const sound = sounds[index] ?? Buffer.alloc(0);
    for (let back = days; back > 0; back -= 1) {
      const begin = new Date(until);
      begin.setDate(begin.getDate() - back);
      let at = begin.setHours(3, 0, 0, 0);
      const day = localDayOf(begin);
      lines.push({ type: 'armed', at, ...owner });
      for (let number = 0; number < recordingsPerDay; number += 1) {
        const path = `${sourceName}/${day}/${at}.wav`;
        const { root: _root, ...recording } = makeRecording({
          ...owner,
          path,
          startedAt: at,
          offsetMinutes: -new Date(at).getTimezoneOffset(),
          day,
          format: { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 },
          samples: RATE * 60,
          bytes: sound.length,
        });
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), sound);
        at += MINUTE;
        lines.push({ type: 'recording', at, recording });
        if (index === 0 && number === 0) {
          const gap = {
            ...owner,
            from: at,
            to: at + 20_000,
            day,
            cause: 'stream lost',
            detail: 'The stream was lost.',
          };
          at += 20_000;
          lines.push({ type: 'gap', at, gap: makeGap(gap) });
        }
      }
      lines.push({ type: 'disarmed', at, ...owner, reason: 'person' });
    }
  }
  await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
  await writeFile(
    join(root, LEDGER_FOLDER, '2026-01.jsonl'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
}

/** A minute of noise with tones in it. */
function wavOf(bursts: readonly Burst[], index: number): Buffer {
  const random = numbersOf(index + 1);
  const file = Buffer.alloc(44 + RATE * 60 * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(file.length - 44, 40);
  const quieter = index * 4;
  for (let sample = 0; sample < RATE * 60; sample += 1) {
    const seconds = sample / RATE;
    const burst = bursts.find(({ at, seconds: length }) => seconds >= at && seconds < at + length);
    const tone = burst ? Math.sin(2 * Math.PI * 440 * seconds) * amplitude(burst.db - quieter) : 0;
    const value = tone + (2 * random() - 1) * amplitude(NOISE_DB);
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32_767), 44 + sample * 2);
  }
  return file;
}

function localDayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
