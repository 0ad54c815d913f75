import { errorText } from '../../../shared/errors.ts';
import type { SpeakrTarget } from '../../../shared/domain/target.ts';
import type { BodyForm } from '../body.ts';
import type {
  Chunk,
  Driver,
  DriverPorts,
  Finalized,
  Found,
  Limits,
  OpenedSession,
  Progress,
  Sent,
  SessionView,
  Totals,
  UploadMeta,
  WholeFile,
} from '../driver.ts';
import { HttpClient } from '../http/httpClient.ts';
import { FormLogin, type Login, TokenLogin } from '../http/login.ts';
import { formWithFile } from '../http/multipart.ts';
import { refusal } from '../http/refusals.ts';
import { damaged, findArrived, findMade, follow, hasSize, pathOf, sendForm } from '../sessions/recordings.ts';
import { SessionApi } from '../sessions/sessionApi.ts';
import { namesSecond, startOf, titleOf } from '../sessions/title.ts';

const GIB = 2 ** 30;
const HOUR_MS = 3_600_000;
/** What a server is given at most, with room for whoever else uses it. */
const LIMITS: Limits = {
  chunkSeconds: 15,
  minChunkSeconds: 10,
  backlogChunkBytes: 8 * 1024 * 1024,
  requestsPerHour: 1000,
  requestsPerDay: 5000,
  // All sessions of an account have 5 GiB together.
  maxSessionBytes: 4 * GIB,
  maxSessionMs: 7.5 * HOUR_MS,
};

/** Uploads to Speakr. */
export class SpeakrDriver implements Driver {
  readonly limits = LIMITS;
  readonly #target: SpeakrTarget;
  readonly #ports: DriverPorts;
  readonly #api: SessionApi;

  constructor(target: SpeakrTarget, ports: DriverPorts) {
    this.#target = target;
    this.#ports = ports;
    const { name, url, insecure = false } = target;
    const { environment, patience } = ports;
    const client = new HttpClient({ name, url, insecure, environment, patience });
    this.#api = new SessionApi(client, loginOf(target, client, ports));
  }

  /** Its list has neither ADTS nor FLAC. */
  form({ container }: Parameters<Driver['form']>[0]): BodyForm {
    switch (container) {
      case 'adts':
        return { kind: 'fmp4' };
      case 'flac':
        return { kind: this.#target.flacAs };
      case 'wav':
      case 'mp3':
      case 'ogg':
        return { kind: 'recorded' };
    }
  }

  async probe(signal: AbortSignal): Promise<string> {
    const answer = await this.#api.ask({ method: 'GET', path: '/api/v1/users/me' }, signal);
    if (answer.status !== 200 || !answer.json) throw refusal(answer, this.#target.name);
    const who = [answer.json['email'], answer.json['username']].find((value) => typeof value === 'string');
    return `${this.#target.name} accepts the login${typeof who === 'string' ? ` of ${who.slice(0, 200)}` : ''}.`;
  }

  async open({ mimeType }: UploadMeta, signal: AbortSignal): Promise<OpenedSession> {
    const opened = await this.#api.open({ mime_type: mimeType }, signal);
    return { ...opened, maxInFlight: 1, digests: false };
  }

  /** Of a session that is open it tells nobody; what became of one is known by its title, start and size. */
  async find(meta: UploadMeta, bytes: number, signal: AbortSignal): Promise<Found | undefined> {
    const title = titleOf(meta, this.#target.title);
    const start = startOf(meta);
    const recordingId = await findMade(
      this.#api,
      { title, start, bytes, isExact: namesSecond(this.#target.title) },
      signal,
    );
    if (recordingId === undefined) return undefined;
    return { type: 'recording', recordingId, link: this.#link(recordingId), of: 'body', bytes };
  }

  send(sessionId: string, chunk: Chunk, signal: AbortSignal): Promise<Sent> {
    return this.#api.send(sessionId, chunk, {}, signal);
  }

  look(sessionId: string, signal: AbortSignal): Promise<SessionView> {
    return this.#api.look(sessionId, signal);
  }

  async finalize(sessionId: string, totals: Totals, meta: UploadMeta, signal: AbortSignal): Promise<Finalized> {
    const view = await this.#api.look(sessionId, signal);
    // It does not count by itself, and cannot be asked twice.
    if (view.status === 'open' && (view.chunks !== totals.chunks || view.bytes !== totals.bytes)) {
      return this.#differing(view, totals);
    }
    const { folderId, language } = this.#target;
    const result = await this.#api.finalize(
      sessionId,
      {
        title: titleOf(meta, this.#target.title),
        ...(folderId === undefined ? {} : { folder_id: folderId }),
        ...(language === undefined || language === '' ? {} : { language }),
      },
      signal,
    );
    if (result.type !== 'accepted') return result;
    await this.#describe(result.recordingId, meta, signal);
    return { ...result, link: this.#link(result.recordingId) };
  }

  async follow(recordingId: string, signal: AbortSignal): Promise<Progress> {
    const progress = await follow(this.#api, recordingId, signal);
    // After a lost answer nobody has set them yet; the server takes them twice.
    if (progress.state === 'completed') await this.#setTags(recordingId, signal);
    return { ...progress, link: this.#link(recordingId) };
  }

  discard(sessionId: string, signal: AbortSignal): Promise<void> {
    return this.#api.discard(sessionId, signal);
  }

  async whole(file: WholeFile, meta: UploadMeta, signal: AbortSignal): Promise<{ recordingId: string; link: string }> {
    const { folderId, language, tagIds = [], title } = this.#target;
    const fields = {
      title: titleOf(meta, title),
      meeting_date: startOf(meta),
      ...(folderId === undefined ? {} : { folder_id: String(folderId) }),
      ...(language === undefined || language === '' ? {} : { language }),
      ...Object.fromEntries(tagIds.map((tag, index) => [`tag_ids[${index}]`, String(tag)])),
    };
    const arrived = file.again ? await findArrived(this.#api, file, fields.title, signal) : undefined;
    if (arrived !== undefined) return { recordingId: arrived, link: this.#link(arrived) };
    const created = await sendForm(this.#api, formWithFile(fields, file), file, signal);
    // It tells no checksum.
    if (hasSize(created, file) === false) throw damaged(this.#api);
    return { recordingId: created.id, link: this.#link(created.id) };
  }

  close(): Promise<void> {
    return this.#api.client.close();
  }

  #differing(view: SessionView, totals: Totals): Finalized {
    const indexes = Array.from({ length: Math.max(0, totals.chunks - view.chunks) }, (_, at) => view.chunks + 1 + at);
    if (indexes.length > 0) return { type: 'missing', indexes };
    return { type: 'gone', reason: 'it has other audio than was sent to it.' };
  }

  /** The session is ended already: what fails now must not look as if it was not. */
  async #describe(recordingId: string, meta: UploadMeta, signal: AbortSignal): Promise<void> {
    try {
      await this.#setTags(recordingId, signal);
      const change = { meeting_date: startOf(meta) };
      const answer = await this.#api.askJson('PATCH', pathOf(recordingId), change, signal);
      if (answer.status >= 300) throw refusal(answer, this.#target.name);
    } catch (error) {
      this.#ports.log.warn('A recording was uploaded, and could not be described.', {
        target: this.#target.name,
        recordingId,
        error: errorText(error),
      });
    }
  }

  async #setTags(recordingId: string, signal: AbortSignal): Promise<void> {
    const { tagIds = [], name } = this.#target;
    if (tagIds.length === 0) return;
    const answer = await this.#api.askJson('POST', `${pathOf(recordingId)}/tags`, { tag_ids: tagIds }, signal);
    if (answer.status < 300) return;
    const error = refusal(answer, name);
    if (error.code !== 'UPLOAD_REJECTED') throw error;
    // A tag that somebody deleted there is no reason to hold the recording back.
    this.#ports.log.warn('A recording did not get its tags.', { target: name, recordingId, error: error.message });
  }

  /** The page of a recording, which a server of 0.9.4 or later has. */
  #link(recordingId: string): string {
    return `${this.#api.client.base}/recordings/${encodeURIComponent(recordingId)}`;
  }
}

function loginOf(target: SpeakrTarget, client: HttpClient, { secret, clock }: DriverPorts): Login {
  if (target.auth === 'token') return new TokenLogin(client, secret);
  return new FormLogin(client, target.email ?? '', secret, () => clock.monotonic());
}
