import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LedgerEntry } from '../../src/shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import { makeGap, makeRecording } from './makeRecording.ts';

const HOUR = 3_600_000;
const RATE = 48_000;
const BYTES = 64;

export interface PastDaysOptions {
  /** Recordings folder. */
  readonly root: string;
  readonly sources: number;
  readonly days: number;
  /** Midnight after the last day, local time, ms since 1970 UTC. */
  readonly until: number;
}

/**
 * A ledger of hourly recordings of several sources, with (empty) files, as a studio leaves it that ran for days: on each
 * day source n lost its stream for 14 s at 03:12 of the day n of a week.
 */
export async function writePastDays({ root, sources, days, until }: PastDaysOptions): Promise<void> {
  const lines: LedgerEntry[] = [];
  const files: string[] = [];
  for (let source = 0; source < sources; source += 1) {
    const owner = { sourceId: randomUUID(), sourceName: `Radio ${source + 1}` };
    const begin = until - days * 24 * HOUR;
    lines.push({ type: 'armed', at: begin, ...owner });
    let connection = randomUUID();
    let firstSample = 0;
    const record = (from: number, to: number, seam: string): void => {
      const startedAt = new Date(from);
      const day = localDayOf(startedAt);
      const path = `${owner.sourceName}/${day}/${from}.wav`;
      const { root: _root, ...recording } = makeRecording({
        ...owner,
        path,
        startedAt: from,
        offsetMinutes: -startedAt.getTimezoneOffset(),
        day,
        samples: ((to - from) * RATE) / 1000,
        bytes: BYTES,
        seam,
        connection,
        firstSample,
      });
      firstSample += recording.samples;
      files.push(join(root, path));
      lines.push({ type: 'recording', at: to, recording });
    };
    for (let hour = 0; hour < days * 24; hour += 1) {
      const from = begin + hour * HOUR;
      const lost = from + 12 * 60_000;
      if (hour % 24 === 3 && Math.floor(hour / 24) % 7 === source % 7) {
        record(from, lost, 'gapless');
        const gap = { ...owner, from: lost, to: lost + 14_000, cause: 'stream lost', detail: 'The stream was lost.' };
        lines.push({ type: 'gap', at: lost, gap: makeGap({ ...gap, day: localDayOf(new Date(lost)) }) });
        connection = randomUUID();
        firstSample = 0;
        record(lost + 14_000, from + HOUR, 'first');
      } else record(from, from + HOUR, hour === 0 ? 'first' : 'gapless');
    }
    lines.push({ type: 'disarmed', at: until, ...owner, reason: 'quit' });
  }
  await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
  await writeFile(
    join(root, LEDGER_FOLDER, '2026-01.jsonl'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, Buffer.alloc(BYTES));
  }
}

function localDayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
