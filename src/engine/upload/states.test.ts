import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UploadState } from '../../shared/domain/upload.ts';
import { targetId } from '../../shared/units.ts';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { openQueue } from './database.ts';
import { migrations } from './migrations.ts';
import { backState, exits, type UploadEvent } from './states.ts';
import { UploadStore } from './uploadStore.ts';

const TARGET = targetId('0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e0001');
const states = Object.keys(exits) as UploadState[];
const events = [...new Set(states.flatMap((state) => Object.keys(exits[state])))] as UploadEvent[];

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-states-'));
  path = join(folder, 'uploads.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => {
  const opened = openQueue(path, silentLog);
  const store = new UploadStore(
    opened.connection,
    () => 1,
    () => undefined,
  );
  return { ...opened, store };
};

describe('the table of states', () => {
  test('is what the store keeps to: every exit leads where it says, and there is no other', () => {
    const { store, connection } = open();
    const entry = store.add({ targetId: TARGET, recording: makeRecording(), bytes: 1 });
    if (!entry) throw new Error('It was not added.');
    const known = { way: 'session', sessionId: 'one', finishing: false, remoteId: undefined } as const;
    for (const state of states) {
      for (const event of events) {
        connection.prepare('UPDATE uploads SET state = ?').run(state);
        const exit = exits[state][event];
        const moved = store.move(entry.id, event, known);
        expect(moved?.state, `${event} of ${state}`).toBe(exit === 'back' ? 'sending' : exit);
        if (exit === undefined) expect(store.find(entry.id)?.state).toBe(state);
      }
    }
    store.close();
  });

  test('has a way to an end out of every state, and none out of an end', () => {
    for (const state of states) {
      const seen = new Set<UploadState>([state]);
      for (const at of seen) {
        for (const exit of Object.values(exits[at])) seen.add(exit === 'back' ? 'waiting' : exit);
      }
      const isEnd = state === 'done' || state === 'discarded';
      expect([...seen].some((other) => other === 'done')).toBe(state !== 'discarded');
      if (isEnd) expect(Object.keys(exits[state])).toEqual(['restart']);
    }
  });

  test('knows where what was held up goes on', () => {
    const known = { way: 'session', sessionId: undefined, finishing: false, remoteId: undefined } as const;
    expect(backState(known)).toBe('waiting');
    expect(backState({ ...known, sessionId: 'one' })).toBe('sending');
    expect(backState({ ...known, sessionId: 'one', finishing: true })).toBe('finalizing');
    expect(backState({ ...known, sessionId: 'one', finishing: true, remoteId: 'two' })).toBe('processing');
    expect(backState({ ...known, sessionId: 'one', way: 'whole' })).toBe('waiting');
  });
});

describe('the database of the queue', () => {
  test('has steps that are frozen: a change is a new step', () => {
    const hashes = migrations.map((step) => createHash('sha256').update(step).digest('hex').slice(0, 16));
    expect(hashes).toEqual([
      '56e10041d4d083e3',
      'e33b2c107c562118',
      'be4f63c396361903',
      '8efa9ec148080434',
      'b3da730360ee8355',
    ]);
  });

  test('keeps what was written, and refuses what a newer Longtake wrote', () => {
    const first = open();
    const entry = first.store.add({ targetId: TARGET, recording: makeRecording(), bytes: 1 });
    first.store.close();
    const second = open();
    expect(second.setAside).toBeUndefined();
    expect(second.store.list({ limit: 5 })).toEqual([entry]);
    second.connection.pragma('user_version = 99');
    second.store.close();
    expect(() => openQueue(path, silentLog)).toThrow(/newer version/);
  });

  test('is set aside when it cannot be read, and begins anew', () => {
    writeFileSync(path, 'This is no database, however long one looks at it. '.repeat(200));
    const { setAside, store } = open();
    expect(readdirSync(folder)).toContain(setAside?.slice(folder.length + 1));
    expect(store.list({ limit: 5 })).toEqual([]);
    store.close();
  });
});
