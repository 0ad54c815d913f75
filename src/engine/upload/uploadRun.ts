import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { errorText, LongtakeError, toWireError } from '../../shared/errors.ts';
import type { UploadId } from '../../shared/units.ts';
import { Backoff } from './backoff.ts';
import type { Body } from './body.ts';
import { ChunkSender, type SenderPorts } from './chunkSender.ts';
import type { SessionView } from './driver.ts';
import { failureClass, retryAfterMs } from './failures.ts';
import { endsForRoom, isHeldByOthers } from './fullAccount.ts';
import { type BodyPorts, HeldBody, named } from './heldBody.ts';
import { tellMeanwhile } from './meanwhile.ts';
import type { Changes, Entry } from './rows.ts';
import { PERSON_RETRY_MS } from './targetLine.ts';
import { seek } from './seek.ts';
import { afresh, ACCEPTED, FOLLOW_MS, sessionChanges, solved } from './turns.ts';
import { throwAway, unwanted } from './unwanted.ts';
import { metaOf } from './uploadMeta.ts';
import { Sleeper } from './wait.ts';
import { canGoWhole, fileMimeType, wholeFile } from './wholeFile.ts';

/** So many sessions in a row that were lost: then the file goes as a whole. */
const LOST_SESSIONS = 3;

export interface RunPorts extends SenderPorts, BodyPorts {
  /** What the target has of a session that was open before. */
  readonly onLook: (id: UploadId, view: SessionView) => void;
}

/** Brings one upload from where it is to the state in which the target makes its file, or a person is needed. */
export class UploadRun {
  readonly #id: UploadId;
  readonly #ports: RunPorts;
  readonly #abort = new AbortController();
  readonly #sleeper = new Sleeper();
  readonly #backoff = new Backoff();
  readonly #body: HeldBody;
  #sender: ChunkSender | undefined;
  /** The target may know more than we do. */
  #mustLook = true;
  /** The target was asked whether it has the recording from before. */
  #hasSought = false;
  #done: Promise<void> | undefined;

  constructor(id: UploadId, ports: RunPorts) {
    this.#id = id;
    this.#ports = ports;
    this.#body = new HeldBody(id, ports, this.#abort.signal);
  }

  start(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  /** Looks at once for what is new. */
  wake(): void {
    this.#sleeper.wake();
    this.#sender?.wake();
  }

  /** Ends what is under way; whether it arrived, the target is asked at the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    // What went wrong is told by who started it.
    await this.#done?.catch(() => undefined);
  }

  get #signal(): AbortSignal {
    return this.#abort.signal;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const entry = this.#ports.store.find(this.#id);
        if (!entry || this.#signal.aborted) return;
        try {
          if (!(await this.#step(entry))) return;
        } catch (error) {
          if (!(await this.#failed(error))) return;
        }
      }
    } finally {
      await this.#body.close();
    }
  }

  /** One step; false when there is nothing more to do. */
  async #step(entry: Entry): Promise<boolean> {
    const { store } = this.#ports;
    switch (entry.state) {
      case 'waiting':
        return store.move(this.#id, 'turn') !== undefined;
      case 'opening':
        await this.#open(entry);
        return true;
      case 'sending':
        if (entry.way === 'whole') await this.#sendWhole(entry);
        else await this.#send(entry);
        return true;
      case 'finalizing':
        await this.#finalize(entry);
        return true;
      default:
        return false;
    }
  }

  async #open(found: Entry): Promise<void> {
    const { store, line, clock } = this.#ports;
    let entry = await this.#withoutUnwanted(found);
    if (entry.way === 'whole') {
      store.move(this.#id, 'opened');
      return;
    }
    const body = await this.#body.open(entry);
    if (await this.#seek(entry, body)) return;
    entry = await this.#withoutUnwanted(store.find(this.#id) ?? entry);
    // On disk before it is used: a lost answer is asked for again with the same key.
    if (entry.openKey === undefined) entry = store.change(this.#id, { openKey: randomUUID() }) ?? entry;
    const meta = metaOf(entry, body.mimeType);
    const session = await this.#talk('bytes', entry, () => line.driver.open(meta, this.#signal));
    this.#mustLook = false;
    store.together(() => {
      store.chunks.clear(entry.number);
      store.move(this.#id, 'opened', {
        ...afresh,
        ...solved,
        ...sessionChanges(session, clock.now()),
      });
    });
  }

  /** What is given up is gone before something else takes its place. */
  async #withoutUnwanted(entry: Entry): Promise<Entry> {
    if (entry.unwantedSession === undefined && entry.unwantedKey === undefined) return entry;
    const { store, line, log } = this.#ports;
    const meta = metaOf(entry, fileMimeType(entry.recording.container));
    const changes = await this.#talk('word', entry, () => throwAway(entry, line.driver, meta, log, this.#signal));
    return store.change(this.#id, changes) ?? entry;
  }

  /** Asks the target, once, for what it may have from before; true when the upload is in another state now. */
  async #seek(entry: Entry, body: Body): Promise<boolean> {
    if (this.#hasSought || !entry.seek || !this.#ports.line.driver.find) return false;
    const moved = await seek(entry, body, {
      ...this.#ports,
      path: () => this.#body.file(entry),
      talk: (work) => this.#talk('word', entry, work),
      signal: this.#signal,
    });
    this.#hasSought = true;
    return moved;
  }

  async #send(entry: Entry): Promise<void> {
    if (this.#mustLook && !(await this.#look(entry))) return;
    const body = await this.#body.open(entry);
    const sender = new ChunkSender(this.#ports, this.#ports.store.find(this.#id) ?? entry, body, this.#signal);
    this.#sender = sender;
    try {
      await sender.run();
    } catch (error) {
      if (!(await endsForRoom(entry, body, error, this.#ports.store))) throw error;
      this.#ports.log.info('The account is full; the recording goes on in another session.', { uploadId: this.#id });
      return;
    } finally {
      this.#sender = undefined;
    }
    this.#backoff.succeed();
    this.#ports.store.move(this.#id, 'all', { finishing: true, behindMs: 0, ...solved });
  }

  async #finalize(entry: Entry): Promise<void> {
    const { store, line, log } = this.#ports;
    if (entry.sessionId === undefined) {
      store.move(this.#id, 'lost', afresh);
      return;
    }
    const { sessionId } = entry;
    if ((this.#mustLook || entry.asked) && !(await this.#look(entry))) return;
    if (entry.endsAt !== undefined) store.chunks.dropUnsent(entry.number, entry.endsAt);
    if (store.chunks.next(entry.number, new Set())) {
      store.move(this.#id, 'missing');
      return;
    }
    const totals = store.chunks.totals(entry.number);
    if (totals.chunks === 0) {
      // No target makes a recording of nothing: one that was asked for it would be asked for ever.
      log.info('There is nothing in it to upload.', { uploadId: this.#id, path: entry.recording.path });
      store.move(this.#id, 'discard', unwanted(entry));
      return;
    }
    const mimeType = await this.#mimeType(entry);
    // The file beside its chunks, before the target is told that this is all.
    if (line.driver.wholeToo === true && !entry.live && entry.endsAt === undefined) await this.#putWhole(entry, true);
    store.change(this.#id, { asked: true });
    const result = await this.#talk('word', entry, () =>
      line.driver.finalize(sessionId, totals, metaOf(entry, mimeType), this.#signal),
    ).catch((error: unknown) => {
      // That is an answer: it has not finished it.
      if (toWireError(named(error)).code === 'UPLOAD_REJECTED') store.change(this.#id, { asked: false });
      throw error;
    });
    switch (result.type) {
      case 'accepted':
        this.#accepted(result.recordingId, result.link);
        return;
      case 'missing':
        store.together(() => {
          store.chunks.markMissing(entry.number, result.indexes);
          const safeBytes = store.chunks.storedBytes(entry.number);
          store.move(this.#id, 'missing', { asked: false, safeBytes });
        });
        await this.#restUnless(result.indexes.length > 0);
        return;
      case 'gone':
        throw new LongtakeError('UPLOAD_SESSION_GONE', `The target has ended the session: ${result.reason}`);
    }
  }

  /** Of what was sent; where a person, or the loss of the file, ended it early, the file need not be there any more. */
  async #mimeType(entry: Entry): Promise<string> {
    try {
      return (await this.#body.open(entry)).mimeType;
    } catch (error) {
      const { code } = toWireError(named(error));
      if (entry.endsAt === undefined || (code !== 'NOT_FOUND' && code !== 'DAMAGED')) throw error;
      return fileMimeType(entry.recording.container);
    }
  }

  /** Asks the target what it has and takes that for the truth; false when the upload is in another state now. */
  async #look(entry: Entry): Promise<boolean> {
    const { store, line, log, onLook } = this.#ports;
    const { sessionId, number } = entry;
    if (sessionId === undefined) throw new LongtakeError('UPLOAD_SESSION_GONE', 'There is no session yet.');
    const view = await this.#talk('word', entry, () => line.driver.look(sessionId, this.#signal));
    onLook(this.#id, view);
    log.info('A target was asked what it has.', { uploadId: this.#id, ...view });
    switch (view.status) {
      case 'open': {
        const last = store.chunks.last(number)?.index ?? 0;
        if (view.expected > last + 1) {
          throw new LongtakeError('UPLOAD_SESSION_GONE', 'The target has more of this session than was sent to it.');
        }
        this.#mustLook = false;
        store.together(() => {
          store.chunks.resync(number, view.expected, view.ahead);
          store.change(this.#id, { safeBytes: store.chunks.storedBytes(number), asked: false });
        });
        return true;
      }
      case 'finalizing':
      case 'finalized':
        if (view.recordingId === undefined) {
          throw new LongtakeError('UPLOAD_LIMIT', 'The target still works on it.', { details: { retryAfterMs: 2000 } });
        }
        await this.#endedThere(entry, view);
        return false;
      case 'failed':
        if (view.recordingId === undefined) {
          throw new LongtakeError('UPLOAD_SESSION_GONE', view.text ?? 'The target could not use the session.');
        }
        await this.#endedThere(entry, view);
        return false;
      case 'gone':
        throw new LongtakeError('UPLOAD_SESSION_GONE', view.text ?? 'The target does not know the session any more.');
    }
  }

  /** The target has finished the session, at our word or on its own. What it has not goes on in another part. */
  async #endedThere(entry: Entry, view: SessionView): Promise<void> {
    const { store, log } = this.#ports;
    const remoteId = view.recordingId ?? '';
    // What lies behind a gap is not there for good: it goes with the rest.
    const at = store.chunks.endOf(entry.number, view.expected - 1);
    if (entry.state === 'finalizing' || (at !== undefined && !entry.live && at >= entry.bytes)) {
      this.#accepted(remoteId, undefined);
      return;
    }
    log.warn('A target has ended a session by itself.', { uploadId: this.#id, chunks: view.chunks });
    if (at === undefined) {
      throw new LongtakeError('UPLOAD_SESSION_GONE', 'The target has ended the session before it had anything.');
    }
    const filePosition = await (await this.#body.open(entry)).filePosition(at);
    store.together(() => {
      store.change(this.#id, { endsAt: at, bytes: at, safeBytes: at });
      store.addPart(entry, filePosition);
      this.#accepted(remoteId, undefined);
    });
  }

  #accepted(remoteId: string, link: string | undefined): void {
    const { store, clock } = this.#ports;
    store.move(this.#id, 'accepted', {
      ...ACCEPTED,
      remoteId,
      nextTryAt: clock.now() + FOLLOW_MS,
      ...(link === undefined ? {} : { link }),
    });
  }

  async #sendWhole(entry: Entry): Promise<void> {
    const { store, line } = this.#ports;
    if (entry.live) {
      // Only what is closed is a whole.
      await this.#sleeper.sleep(FOLLOW_MS, this.#signal);
      return;
    }
    const { size } = await stat(this.#body.file(entry));
    store.change(this.#id, { asked: true, bytes: size, safeBytes: 0 });
    const { recordingId, link } = await this.#putWhole(entry, entry.asked || entry.lost > 0);
    line.speed.add(size);
    store.change(this.#id, { safeBytes: size });
    this.#accepted(recordingId, link);
  }

  async #putWhole(
    entry: Entry,
    again: boolean,
  ): Promise<{ readonly recordingId: string; readonly link?: string | undefined }> {
    const { line, bandwidth } = this.#ports;
    const path = this.#body.file(entry);
    const { size } = await stat(path);
    const file = wholeFile({ path, bytes: size, recording: entry.recording, again }, bandwidth, this.#signal);
    return this.#talk('bytes', entry, () => line.driver.whole(file, metaOf(entry, file.mimeType), this.#signal));
  }

  /** A request with its turn, and the line told how it went. */
  async #talk<Value>(errand: 'bytes' | 'word', entry: Entry, work: () => Promise<Value>): Promise<Value> {
    const { line } = this.#ports;
    const release = await this.#heldUp(() => line.enter(errand, entry.sourceId, entry.live, this.#signal));
    try {
      const value = await work();
      line.succeeded(errand);
      return value;
    } finally {
      release();
    }
  }

  /** Deals with a failure by its class; false when the upload is not to go on now. */
  async #failed(thrown: unknown): Promise<boolean> {
    const { store, line, log, clock } = this.#ports;
    const error = named(thrown);
    const itsClass = failureClass(error);
    if (itsClass === 'cancelled' || this.#signal.aborted) return false;
    const entry = store.find(this.#id);
    if (!entry) return false;
    const isOurs = isHeldByOthers(entry, error, store);
    const kind = isOurs ? 'retry' : itsClass;
    this.#mustLook = true;
    const problem = toWireError(error);
    // A server that is away for days is told of once at length, not at each try.
    const isNews = problem.code !== entry.problem?.code || problem.message !== entry.problem.message;
    const of = { uploadId: this.#id, state: entry.state, kind };
    if (isNews) log.warn('An upload was held up.', { ...of, error: errorText(thrown) });
    else log.debug('An upload is still held up.', { ...of, error: problem.message });
    switch (kind) {
      case 'retry': {
        const ofTarget = !isOurs && line.failed(error);
        const asked = error instanceof LongtakeError ? retryAfterMs(error) : undefined;
        const delay = ofTarget ? 0 : this.#backoff.fail(asked);
        store.change(this.#id, { problem, nextTryAt: line.nextTryAt ?? clock.now() + delay });
        await this.#rest(delay);
        return !this.#signal.aborted;
      }
      case 'resync':
        await this.#rest(this.#backoff.fail());
        return !this.#signal.aborted;
      case 'gone': {
        const lost = entry.lost + 1;
        const known = problem.code === 'UPLOAD_SESSION_GONE' ? entry.sessionId : undefined;
        store.together(() => {
          store.chunks.clear(entry.number);
          const changes: Changes = { ...afresh, lost, ...(known === undefined ? {} : { unwantedSession: known }) };
          const goesWhole = lost >= LOST_SESSIONS && !entry.live && entry.part === 1;
          store.move(this.#id, 'lost', goesWhole ? { ...changes, way: 'whole' } : changes);
        });
        if (lost > 1) await this.#rest(this.#backoff.fail());
        return !this.#signal.aborted;
      }
      case 'person':
        // Refused again, while the target takes others: that is its own, and holds up nobody.
        if (!line.takes || entry.problem?.code !== problem.code) line.failed(error);
        if (canGoWhole(entry, problem.code)) {
          log.info('The target takes no session of this recording: the file goes as a whole.', { uploadId: this.#id });
          store.together(() => {
            store.chunks.clear(entry.number);
            store.move(this.#id, 'whole', { ...unwanted(entry), ...afresh, way: 'whole' });
          });
          return true;
        }
        store.move(this.#id, 'person', { problem, nextTryAt: clock.now() + PERSON_RETRY_MS });
        return false;
    }
  }

  #heldUp<Value>(wait: () => Promise<Value>): Promise<Value> {
    return tellMeanwhile(wait, this.#id, this.#body, this.#ports);
  }

  async #rest(ms: number): Promise<void> {
    try {
      await this.#heldUp(() => this.#sleeper.sleep(ms, this.#signal));
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  /** A target that finds something missing and does not say what is not asked again at once. */
  async #restUnless(isClear: boolean): Promise<void> {
    if (!isClear) await this.#rest(this.#backoff.fail());
  }
}
