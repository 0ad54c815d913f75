import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBody, FakeTarget } from '../../../../test/support/fakeTarget.ts';
import { makeRecording, SOURCE_ID } from '../../../../test/support/makeRecording.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings.ts';
import type { TargetDraft } from '../../../shared/domain/target.ts';
import type { StoredState } from '../../../shared/ports/settingsStore.ts';
import { sourceId, type TargetId } from '../../../shared/units.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { openQueue } from '../../upload/database.ts';
import { Emitter } from '../emitter.ts';
import { Sources } from '../sources.ts';
import { Targets } from './targets.ts';
import { Uploads } from './uploads.ts';

const draft: TargetDraft = {
  kind: 'longtake-server',
  name: 'Archive',
  enabled: true,
  url: 'https://archive.example.org',
  auth: 'token',
};

let folder: string;
let state: StoredState;
let library: Library;
let server: FakeTarget;
let secrets: Map<string, string>;
let notices: string[];
let targets: Targets;
let uploads: Uploads;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-studio-uploads-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  state = { settings: { ...DEFAULT_SETTINGS, recordingsFolder: folder }, sources: [], armed: [] };
  server = new FakeTarget();
  server.fault = () => ({ code: 'UPLOAD_UNREACHABLE', when: 'before' });
  secrets = new Map();
  make();
});
afterEach(async () => {
  await uploads.stop();
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a start of the program makes it. */
function make(): void {
  const events = new Emitter();
  notices = [];
  events.on((name, payload) => {
    if (name === 'notice' && 'message' in payload) notices.push(String(payload.message));
  });
  const ports = {
    clock: systemClock,
    fileSystem: nodeFileSystem,
    log: silentLog,
    dataFolder: folder,
    emit: events.emit,
    settingsStore: {
      read: () => state,
      write: (changed: StoredState) => {
        state = changed;
      },
    },
    secrets: {
      protection: 'memory' as const,
      get: (key: string) => Promise.resolve(secrets.get(key)),
      set: (key: string, secret: string) => Promise.resolve(void secrets.set(key, secret)),
      delete: (key: string) => Promise.resolve(void secrets.delete(key)),
    },
    createDriver: () => server.driver(),
  };
  const sources = new Sources(ports);
  targets = new Targets(ports);
  uploads = new Uploads({
    ...ports,
    events,
    sources,
    targets,
    library: () => library,
    bodies: {
      openBody: (source) => Promise.resolve(fakeBody(source, { bytes: 1000, closed: true })),
      dispose: () => Promise.resolve(),
    },
  });
}

async function addTarget(change: Partial<TargetDraft> = {}): Promise<TargetId> {
  const { id } = await targets.add({ ...draft, ...change } as TargetDraft);
  const source = { ...generator, targets: [...(state.sources[0]?.targets ?? []), id] };
  state = { ...state, sources: [source] };
  return id;
}

const generator = {
  id: sourceId(SOURCE_ID),
  kind: 'generator',
  name: 'Studio A',
  programme: 'tone',
  seed: 1,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
} as const;

/** Tells of a recording as a recorder does. */
function heard(change: Partial<Recording> = {}): Recording {
  const recording = makeRecording({ root: folder, startedAt: Date.now() - 1000, ...change });
  library.saveRecording(recording);
  uploads.heard(recording);
  return recording;
}

const ids = (): string[] => uploads.list({ limit: 50 }).map(({ recordingId }) => recordingId);

describe('recordings', () => {
  test('become uploads to the targets of their source, once', async () => {
    await addTarget();
    uploads.start();
    const recording = heard({ state: 'recording' });
    heard({ ...recording, state: 'complete' });
    expect(uploads.list({ limit: 5 })).toMatchObject([
      { recordingId: recording.id, targetName: 'Archive', sourceName: 'Studio A', live: false },
    ]);
  });

  test('of a source without targets do not', () => {
    state = { ...state, sources: [generator] };
    uploads.start();
    heard();
    expect(ids()).toEqual([]);
  });

  test('from before become some when a person says so', async () => {
    const id = await addTarget();
    state = { ...state, sources: [generator] };
    uploads.start();
    const recording = heard();
    expect(uploads.begin([recording.id], [id])).toBe(1);
    expect(uploads.begin([recording.id], [id])).toBe(0);
    expect(() => uploads.begin([makeRecording().id], [id])).toThrow(/does not exist/);
  });

  test('that were made while nobody listened become some at the next start', async () => {
    await addTarget();
    const before = makeRecording({ root: folder, path: 'before.wav', startedAt: Date.now() - 90_000_000 });
    library.saveRecording(before);
    uploads.start();
    const first = heard({ path: 'first.wav', startedAt: Date.now() - 20_000, state: 'recording' });
    await uploads.stop();
    library.saveRecording({ ...first, state: 'repaired' });
    const second = makeRecording({ root: folder, path: 'second.wav', startedAt: Date.now() - 10_000 });
    library.saveRecording(second);
    make();
    uploads.start();
    expect(ids().toSorted()).toEqual([first.id, second.id].toSorted());
    expect(uploads.ofRecordings([first.id])).toMatchObject([{ live: false }]);
  });
});

describe('the first recording of a source', () => {
  test('is uploaded where the program ended before it heard of it', async () => {
    const id = await addTarget();
    uploads.start();
    uploads.sourceChanged({ ...generator, targets: [id] });
    await uploads.stop();
    library.saveRecording(
      makeRecording({ root: folder, path: 'before.wav', startedAt: Date.now() - 60_000, samples: 1000 }),
    );
    const first = makeRecording({ root: folder, path: 'first.wav', startedAt: Date.now() + 1, samples: 1000 });
    library.saveRecording(first);
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(first.startedAt));
    make();
    uploads.start();
    expect(ids()).toEqual([first.id]);
  });

  test('is not, where it was made before the source went to the target', async () => {
    const id = await addTarget();
    uploads.start();
    uploads.sourceChanged({ ...generator, targets: [] });
    library.saveRecording(makeRecording({ root: folder, path: 'before.wav', startedAt: Date.now() - 1 }));
    uploads.sourceChanged({ ...generator, targets: [id] });
    await uploads.stop();
    make();
    uploads.start();
    expect(ids()).toEqual([]);
  });
});

describe('a recording that is not safe', () => {
  test('stays here, and says where it is missing', async () => {
    await addTarget();
    await addTarget({ name: 'Attic' });
    uploads.start();
    const recording = heard();
    expect(uploads.veto(recording)).toBe(
      'It is not safe on Archive and Attic yet. Wait for its upload, or discard that first.',
    );
    const [upload] = uploads.list({ limit: 1 });
    if (upload) await uploads.queue.discard(upload.id);
    expect(uploads.veto(recording)).toMatch(/^It is not safe on Archive yet/);
  });

  test('may go where its target is not required, or was removed', async () => {
    const id = await addTarget({ required: false });
    uploads.start();
    const recording = heard();
    expect(uploads.veto(recording)).toBeUndefined();
    const required = await addTarget({ name: 'Attic' });
    uploads.targetChanged(required);
    uploads.heard(recording);
    expect(uploads.veto(recording)).toMatch(/Attic/);
    await targets.remove(required);
    await uploads.targetRemoved(required);
    expect(uploads.veto(recording)).toBeUndefined();
    expect(state.sources[0]?.targets).toEqual([id]);
  });

  test('may go once it is safe', async () => {
    await addTarget();
    server.fault = () => undefined;
    uploads.start();
    const recording = heard();
    await expect.poll(() => uploads.list({ limit: 1 })[0]?.state).toBe('done');
    expect(uploads.veto(recording)).toBeUndefined();
  });
});

describe('a queue', () => {
  test('that cannot be read is set aside and told of, and the last day is uploaded anew', async () => {
    await addTarget();
    for (const [path, age] of Object.entries({ old: 100_000_000, new: 20_000_000, newest: 1000 })) {
      library.saveRecording(makeRecording({ root: folder, path, startedAt: Date.now() - age }));
    }
    writeFileSync(join(folder, 'uploads.db'), 'No database at all. '.repeat(1000));
    uploads.start();
    expect(uploads.list({ limit: 5 }).map(({ path }) => path)).toEqual(['new', 'newest']);
    expect(notices.join()).toMatch(/could not be read.*kept as/);
    expect(readdirSync(folder).some((name) => name.startsWith('uploads.db.damaged-'))).toBe(true);
  });

  test('that was lost is told of, and the last day is uploaded anew', async () => {
    await addTarget();
    library.saveRecording(makeRecording({ root: folder, path: 'new', startedAt: Date.now() - 1000 }));
    uploads.start();
    expect(uploads.list({ limit: 5 }).map(({ path }) => path)).toEqual(['new']);
    expect(notices.join()).toMatch(/was not there/);
  });

  test('that cannot be used costs no recording, and has none deleted', async () => {
    await addTarget();
    const { connection } = openQueue(join(folder, 'uploads.db'), silentLog);
    connection.pragma('user_version = 99');
    connection.close();
    uploads.start();
    expect(notices.join()).toMatch(/Uploads do not run.*newer version/);
    expect(uploads.veto(heard())).toMatch(/cannot be told now/);
    expect(ids).toThrow(/do not run/);
  });
});

describe('a target', () => {
  test('has its secret apart from its settings', async () => {
    const { id } = await targets.add({ ...draft, secret: 'sesame' });
    expect(JSON.stringify(state)).not.toContain('sesame');
    expect(await targets.list()).toMatchObject([{ hasSecret: true, sources: [] }]);
    await targets.update(id, { ...draft, name: 'Other' });
    expect(await targets.secret(id)).toBe('sesame');
    await targets.update(id, { ...draft, secret: '' });
    expect(await targets.secret(id)).toBeUndefined();
    await targets.update(id, { ...draft, secret: 'again' });
    await targets.remove(id);
    expect(secrets.size).toBe(0);
  });

  test('is not reached without encryption, but on this computer or by consent', async () => {
    const open = { ...draft, url: 'http://archive.example.org' };
    await expect(targets.add(open)).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'insecure' } });
    await expect(targets.probe(open, undefined)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await targets.add({ ...open, insecure: true });
    for (const [index, host] of ['localhost:8080', '127.0.0.1', '[::1]:80'].entries()) {
      await targets.add({ ...draft, name: `Here ${index}`, url: `http://${host}` });
    }
    await expect(targets.add({ ...draft, name: 'Not here', url: 'http://127.0.0.1.example.org' })).rejects.toThrow();
  });

  test('has a name of its own and keeps its kind', async () => {
    const { id } = await targets.add(draft);
    await expect(targets.add({ ...draft, name: 'ARCHIVE' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const other = { ...draft, kind: 'speakr', flacAs: 'wav' } as const;
    await expect(targets.update(id, other)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
