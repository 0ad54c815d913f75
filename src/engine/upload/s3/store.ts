import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Target } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { DriverPorts } from '../driver.ts';
import { Transport } from '../http/transport.ts';
import { RequestHandler } from './requestHandler.ts';
import { isMissing, storeError } from './storeErrors.ts';

/** Smallest part of a multipart upload but the last, and how many there may be (Amazon S3, multipart limits). */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 9000;

export interface PutOptions {
  readonly type: string;
  /** Kept with the object; ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** For what changes: nothing on the way may keep it. */
  readonly changes?: boolean;
}

/** The objects of one bucket. Every failure is a sentence for a person. */
export class Store {
  readonly #target: S3Target;
  readonly #secret: () => Promise<string | undefined>;
  readonly #transport: Transport;
  #client: Promise<S3Client> | undefined;
  /** Its ETag is the MD5 of what is stored, as in most stores; undefined before one was seen. */
  #tagsAreDigests: boolean | undefined;

  constructor(target: S3Target, ports: Pick<DriverPorts, 'secret' | 'environment' | 'patience'>) {
    const { name, insecure = false } = target;
    const { secret, environment, patience } = ports;
    this.#target = target;
    this.#secret = secret;
    this.#transport = new Transport({ name, insecure, environment, patience });
  }

  /** Stores an object; true when the store has confirmed its checksum. */
  async put(key: string, body: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<boolean> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const sha256 = createHash('sha256').update(body).digest('base64');
    const { isSure } = await this.#sendSurely(body, { sha256 }, () =>
      this.#ask((client) =>
        client.send(
          new PutObjectCommand({
            ...this.#at(key),
            Body: body,
            ContentLength: body.length,
            ContentType: options.type,
            ChecksumSHA256: sha256,
            ...(options.metadata ? { Metadata: { ...options.metadata } } : {}),
            ...(options.changes === true ? { CacheControl: 'no-store' } : {}),
          }),
          { abortSignal: signal },
        ),
      ),
    );
    return isSure;
  }

  /** The bytes of an object; undefined when there is none. */
  async get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const { Body } = await this.#ask((client) =>
        client.send(new GetObjectCommand(this.#at(key)), { abortSignal: signal }),
      );
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    } catch (error) {
      if (isMissing(causeOf(error))) return undefined;
      throw error instanceof LongtakeError ? error : storeError(error, this.#target);
    }
  }

  /** What is kept with an object, and its size; undefined when there is none. */
  async head(
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly metadata: Readonly<Record<string, string>> } | undefined> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    try {
      const { ContentLength = 0, Metadata = {} } = await this.#ask((client) =>
        client.send(new HeadObjectCommand(this.#at(key)), { abortSignal: signal }),
      );
      return { bytes: ContentLength, metadata: Metadata };
    } catch (error) {
      if (isMissing(causeOf(error))) return undefined;
      throw error;
    }
  }

  /** Whether objects can be listed below a folder, as these keys must be able to. */
  async list(folder: string, signal: AbortSignal, after?: string): Promise<readonly string[]> {
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const { Contents = [] } = await this.#ask((client) =>
      client.send(
        new ListObjectsV2Command({
          Bucket: this.#target.bucket,
          Prefix: folder === '' ? '' : `${folder}/`,
          MaxKeys: 1000,
          ...(after === undefined ? {} : { StartAfter: after }),
        }),
        { abortSignal: signal },
      ),
    );
    return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    await this.#ask((client) => client.send(new DeleteObjectCommand(this.#at(key)), { abortSignal: signal }));
  }

  /**
   * Stores what may be larger than memory: in parts, each of which is acknowledged with its MD5, which every store knows.
   * UPLOAD_UNREACHABLE where what is stored is not what was sent, as far as the store says so.
   */
  async putLarge(
    key: string,
    { read, bytes, mimeType }: { read(): AsyncIterable<Uint8Array>; readonly bytes: number; readonly mimeType: string },
    signal: AbortSignal,
  ): Promise<void> {
    const sdk = await import('@aws-sdk/client-s3');
    const partBytes = Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS));
    const at = this.#at(key);
    const begun = await this.#ask((client) =>
      client.send(new sdk.CreateMultipartUploadCommand({ ...at, ContentType: mimeType }), { abortSignal: signal }),
    );
    const upload = { ...at, UploadId: begun.UploadId };
    try {
      const parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
      for await (const body of inParts(read(), partBytes)) {
        const PartNumber = parts.length + 1;
        const part = { ...upload, PartNumber, Body: body, ContentLength: body.length };
        const md5 = md5Of(body);
        const ContentMD5 = md5.toString('base64');
        const { answer } = await this.#sendSurely(body, { md5 }, () =>
          this.#ask((client) =>
            client.send(new sdk.UploadPartCommand({ ...part, ContentMD5 }), { abortSignal: signal }),
          ),
        );
        parts.push({ ETag: answer.ETag, PartNumber });
      }
      await this.#ask((client) =>
        client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }), {
          abortSignal: signal,
        }),
      );
    } catch (error) {
      // Parts that nobody completes would lie in the store and cost money; a store that is away cannot be told.
      await this.#ask((client) => client.send(new sdk.AbortMultipartUploadCommand(upload))).catch(() => undefined);
      throw error;
    }
    // What was joined has all of its parts; 0: a proxy on the way keeps the length to itself.
    const stored = await this.head(key, signal);
    if (!stored || (stored.bytes !== bytes && stored.bytes > 0)) throw this.#damaged();
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    client?.destroy();
    this.#client = undefined;
    await this.#transport.close();
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#target.bucket, Key: key };
  }

  /**
   * Sends until the store has what was sent, or says nothing of it. `isSure`: it says that it has these bytes. Where its
   * ETag is another than their MD5, the same is sent once more: a store with tags of its own is known by that.
   */
  async #sendSurely<Answer extends Stored>(
    body: Uint8Array,
    known: { readonly sha256?: string; readonly md5?: Buffer },
    send: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly isSure: boolean }> {
    const answer = await send();
    if (known.sha256 !== undefined && answer.ChecksumSHA256 === known.sha256) return { answer, isSure: true };
    const md5 = (known.md5 ?? md5Of(body)).toString('hex');
    const tag = tagOf(answer);
    if (tag === md5) this.#tagsAreDigests = true;
    if (tag === md5 || tag === undefined || this.#tagsAreDigests === false) return { answer, isSure: tag === md5 };
    if (this.#tagsAreDigests) throw this.#damaged();
    const second = await send();
    this.#tagsAreDigests = tagOf(second) === md5;
    return { answer: second, isSure: this.#tagsAreDigests };
  }

  #damaged(): LongtakeError {
    return new LongtakeError(
      'UPLOAD_UNREACHABLE',
      `What was sent arrived damaged at ${this.#target.name}. It is sent again by itself.`,
    );
  }

  async #ask<Answer>(call: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    try {
      this.#client ??= this.#connect();
      return await call(await this.#client);
    } catch (error) {
      // Another secret may be there at the next try.
      const failure = storeError(error, this.#target);
      if (failure.code === 'UPLOAD_UNAUTHORIZED') await this.close();
      throw failure;
    }
  }

  async #connect(): Promise<S3Client> {
    const { endpoint, region, pathStyle, accessKeyId, name } = this.#target;
    const secretAccessKey = await this.#secret();
    if (secretAccessKey === undefined || secretAccessKey === '') {
      this.#client = undefined;
      throw new LongtakeError('UPLOAD_UNAUTHORIZED', `${name} has no secret key. Enter it in the target's settings.`);
    }
    const { S3Client: Client } = await import('@aws-sdk/client-s3');
    return new Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      forcePathStyle: pathStyle,
      credentials: { accessKeyId, secretAccessKey },
      // The queue tries again, and knows more of when.
      maxAttempts: 1,
      // What a request asks for itself is enough: not every store knows the newest ones.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: new RequestHandler(this.#transport),
    });
  }
}

/** What a store answers to what it has stored. */
interface Stored {
  readonly ETag?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

const md5Of = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();

/** The ETag where it may be an MD5; of what is encrypted with a key it is another value of the same look. */
function tagOf({ ETag, ServerSideEncryption, SSECustomerAlgorithm }: Stored): string | undefined {
  if (SSECustomerAlgorithm !== undefined || ServerSideEncryption?.startsWith('aws:') === true) return undefined;
  const tag = ETag?.replaceAll('"', '').toLowerCase();
  return tag !== undefined && /^[0-9a-f]{32}$/.test(tag) ? tag : undefined;
}

const causeOf = (error: unknown): unknown => (error instanceof LongtakeError ? (error.cause ?? error) : error);

async function* inParts(pieces: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
