import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { CatalogueWriter } from './catalogueWriter.ts';

describe('CatalogueWriter', () => {
  let saved: string[];
  let full: boolean;
  let writer: CatalogueWriter;

  const save = (text: string): void => {
    if (full) throw new LongtakeError('DISK_FULL', 'The disk is full.');
    saved.push(text);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    saved = [];
    full = false;
    writer = new CatalogueWriter(
      () => ({
        saveRecording: ({ id, state }) => save(`${id} ${state}`),
        saveGap: ({ id }) => save(id),
        saveSource: ({ id }) => save(id),
        saveTitle: ({ text }) => save(text),
        saveAlarm: ({ id }) => save(id),
      }),
      silentLog,
    );
  });
  afterEach(() => vi.useRealTimers());

  it('saves at once what the database takes', () => {
    const recording = makeRecording({ state: 'recording' });
    writer.saveRecording(recording);
    expect(saved).toEqual([`${recording.id} recording`]);
  });

  it('throws nothing when the disk is full, and saves the newest state of each row once there is room', async () => {
    const recording = makeRecording({ state: 'recording' });
    const gap = makeGap();
    full = true;
    writer.saveRecording(recording);
    writer.saveGap(gap);
    writer.saveRecording({ ...recording, state: 'complete' });
    expect(saved).toEqual([]);
    full = false;
    await vi.advanceTimersByTimeAsync(6000);
    expect(saved).toEqual([gap.id, `${recording.id} complete`]);
  });

  it('leaves out a row that the database will never take, and saves the others', () => {
    const bad = makeGap();
    const good = makeGap();
    const writing = new CatalogueWriter(
      () => ({
        saveRecording: () => undefined,
        saveGap: ({ id }) => {
          if (id === bad.id) throw new Error('constraint');
          saved.push(id);
        },
        saveTitle: () => undefined,
        saveSource: () => undefined,
        saveAlarm: () => undefined,
      }),
      silentLog,
    );
    writing.saveGap(bad);
    writing.saveGap(good);
    expect(saved).toEqual([good.id]);
  });

  it('tries a last time at its end, and takes nothing afterwards', () => {
    full = true;
    const gap = makeGap();
    writer.saveGap(gap);
    full = false;
    writer.close();
    writer.saveGap(makeGap());
    expect(saved).toEqual([gap.id]);
  });
});
