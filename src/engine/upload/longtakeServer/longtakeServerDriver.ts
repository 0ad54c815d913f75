import { z } from 'zod';
import { LongtakeError } from '../../../shared/errors.ts';
import type { LongtakeServerTarget } from '../../../shared/domain/target.ts';
import type { BodyForm } from '../body.ts';
import type {
  Beat,
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
import { TokenLogin } from '../http/login.ts';
import { formWithFile } from '../http/multipart.ts';
import { refusal } from '../http/refusals.ts';
import { damaged, follow, sendForm } from '../sessions/recordings.ts';
import { findSession, findWhole, openedUnder } from '../sessions/lookup.ts';
import { SessionApi } from '../sessions/sessionApi.ts';
import { startOf, titleOf } from '../sessions/title.ts';

const LIMITS: Limits = { chunkSeconds: 2, minChunkSeconds: 1, backlogChunkBytes: 8 * 1024 * 1024 };

const aboutSchema = z.object({
  name: z.literal('longtake-server'),
  version: z.string().max(100),
  features: z.array(z.string()).max(100),
});

/** Answers of any server, and of what stands before it, which may be over soon or are about who asks. */
const BUSY: ReadonlySet<number> = new Set([401, 403, 408, 413, 425, 429]);

/** Uploads to a server of Longtake's own, which verifies each chunk and takes several at once. */
export class LongtakeServerDriver implements Driver {
  readonly limits = LIMITS;
  readonly #target: LongtakeServerTarget;
  readonly #api: SessionApi;

  constructor(target: LongtakeServerTarget, { secret, environment, patience }: DriverPorts) {
    this.#target = target;
    const { name, url, insecure = false } = target;
    const client = new HttpClient({ name, url, insecure, environment, patience });
    this.#api = new SessionApi(client, new TokenLogin(client, secret));
  }

  /** ADTS has no media type on its list. */
  form({ container }: Parameters<Driver['form']>[0]): BodyForm {
    return { kind: container === 'adts' ? 'fmp4' : 'recorded' };
  }

  async probe(signal: AbortSignal): Promise<string> {
    const { version } = await this.#about(signal);
    const answer = await this.#api.ask({ method: 'GET', path: '/api/v1/users/me' }, signal);
    if (answer.status !== 200 || !answer.json) throw refusal(answer, this.#target.name);
    const { email } = answer.json;
    const who = typeof email === 'string' ? ` of ${email.slice(0, 200)}` : '';
    return `${this.#target.name} runs Longtake server ${version} and accepts the token${who}.`;
  }

  async open(meta: UploadMeta, signal: AbortSignal): Promise<OpenedSession> {
    const { features } = await this.#about(signal);
    const opened = await this.#api.open(
      {
        mime_type: meta.mimeType,
        ...(features.includes('out_of_order') ? { out_of_order: true } : {}),
        title: titleOf(meta, this.#target.title),
        source: meta.recording.sourceName,
        started_at: startOf(meta),
        client_recording: nameOf(meta),
        ...(meta.key === undefined ? {} : { client_key: meta.key }),
      },
      signal,
    );
    return { ...opened, digests: features.includes('digest') };
  }

  async opened(key: string, _meta: UploadMeta, signal: AbortSignal): Promise<string | undefined> {
    const { features } = await this.#about(signal);
    return features.includes('client_names') ? openedUnder(this.#api, key, signal) : undefined;
  }

  async find(meta: UploadMeta, _bytes: number, signal: AbortSignal): Promise<Found | undefined> {
    const { features } = await this.#about(signal);
    if (!features.includes('client_names')) return undefined;
    const found = await findSession(this.#api, nameOf(meta), signal);
    return found?.type === 'recording' ? { ...found, link: this.#link(found.recordingId) } : found;
  }

  send(sessionId: string, chunk: Chunk, signal: AbortSignal): Promise<Sent> {
    const digest = Buffer.from(chunk.sha256).toString('base64');
    return this.#api.send(sessionId, chunk, { 'content-digest': `sha-256=:${digest}:` }, signal);
  }

  look(sessionId: string, signal: AbortSignal): Promise<SessionView> {
    return this.#api.look(sessionId, signal);
  }

  async beat(sessionId: string, state: Beat, signal: AbortSignal): Promise<void> {
    const path = `/upload/session/${encodeURIComponent(sessionId)}/heartbeat`;
    const answer = await this.#api.askJson('POST', path, { state }, signal);
    // A session that has ended needs none; the next chunk tells.
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409)
      throw refusal(answer, this.#target.name);
  }

  async finalize(sessionId: string, totals: Totals, meta: UploadMeta, signal: AbortSignal): Promise<Finalized> {
    const body = {
      title: titleOf(meta, this.#target.title),
      meeting_date: startOf(meta),
      chunk_count: totals.chunks,
      bytes: totals.bytes,
    };
    const result = await this.#api.finalize(sessionId, body, signal);
    return result.type === 'accepted' ? { ...result, link: this.#link(result.recordingId) } : result;
  }

  async follow(recordingId: string, signal: AbortSignal): Promise<Progress> {
    return { ...(await follow(this.#api, recordingId, signal)), link: this.#link(recordingId) };
  }

  discard(sessionId: string, signal: AbortSignal): Promise<void> {
    return this.#api.discard(sessionId, signal);
  }

  async whole(file: WholeFile, meta: UploadMeta, signal: AbortSignal): Promise<{ recordingId: string; link: string }> {
    const arrived = file.again ? await this.#arrived(file, meta, signal) : undefined;
    if (arrived !== undefined) return { recordingId: arrived, link: this.#link(arrived) };
    const fields = {
      title: titleOf(meta, this.#target.title),
      meeting_date: startOf(meta),
      client_recording: nameOf(meta),
      file_size: String(file.bytes),
    };
    const form = formWithFile(fields, file, 'sha256');
    const created = await sendForm(this.#api, form, file, signal);
    // A server of before tells no digest, nor does it compare one.
    if (typeof created.content_sha256 === 'string' && created.content_sha256 !== form.sha256()) {
      throw damaged(this.#api);
    }
    return { recordingId: created.id, link: this.#link(created.id) };
  }

  close(): Promise<void> {
    return this.#api.client.close();
  }

  /** An earlier try, whose answer was lost. */
  async #arrived(file: WholeFile, meta: UploadMeta, signal: AbortSignal): Promise<string | undefined> {
    const { features } = await this.#about(signal);
    if (!features.includes('client_names')) return undefined;
    return findWhole(this.#api, nameOf(meta), await file.digest(), signal);
  }

  async #about(signal: AbortSignal): Promise<z.infer<typeof aboutSchema>> {
    const answer = await this.#api.client.ask({ method: 'GET', path: '/api/v1/server' }, signal);
    const about = answer.status === 200 ? aboutSchema.safeParse(answer.json) : undefined;
    if (about?.success) return about.data;
    // Busy, or something on the way: it may still be one.
    if (answer.status !== 404 && (!answer.json || BUSY.has(answer.status) || answer.status >= 500))
      throw refusal(answer, this.#target.name);
    const message = `${this.#target.name} is no Longtake server. Check the address; for Speakr choose its own kind.`;
    throw new LongtakeError('NOT_FOUND', message, { details: { status: answer.status } });
  }

  /** Its page for a person. */
  #link(recordingId: string): string {
    return `${this.#api.client.base}/recordings/${encodeURIComponent(recordingId)}`;
  }
}

/** What is sent, by a name that does not change when the queue is lost. */
const nameOf = ({ recording, part }: UploadMeta): string => `${recording.id}/${part}`;
