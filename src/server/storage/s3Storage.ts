import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { LongtakeError } from '../../shared/errors.ts';
import type { S3Config } from '../config/s3Config.ts';
import type { Incoming, Storage, StoredEntry } from './storage.ts';

/** What is larger is sent in parts of this size; 10,000 parts are allowed, 312 GiB. */
const PART_BYTES = 32 * 1024 * 1024;

/** How long a store may keep one waiting, ms: until it takes a connection, and without a byte in either direction. */
export interface Patience {
  readonly connectMs: number;
  readonly idleMs: number;
}

const PATIENCE: Patience = { connectMs: 15_000, idleMs: 60_000 };

/** A storage in a bucket. What is received lies in a folder of this computer until the bucket has it. */
export class S3Storage implements Storage {
  readonly #client: S3Client;
  readonly #bucket: string;
  /** Before every key. */
  readonly #prefix: string;
  readonly #spool: string;

  /** `spool` is absolute, and nobody else's. */
  constructor(config: S3Config, spool: string, { connectMs, idleMs }: Patience = PATIENCE) {
    this.#bucket = config.bucket;
    this.#prefix = config.prefix === '' ? '' : `${config.prefix}/`;
    this.#spool = spool;
    this.#client = new S3Client({
      region: config.region,
      forcePathStyle: config.pathStyle,
      // By default it waits for ever.
      requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs },
      // Stores other than AWS refuse what they do not know.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
    });
  }

  async receive(): Promise<Incoming> {
    await mkdir(this.#spool, { recursive: true, mode: 0o700 });
    const path = join(this.#spool, `${randomUUID()}.part`);
    const file = await open(path, 'wx', 0o600);
    return new SpooledIncoming(file, path, {
      has: async (key) => (await this.stat(key)) !== undefined,
      put: (key, bytes) => this.#put(key, path, bytes),
    });
  }

  async *read(key: string, from: number, to: number): AsyncIterable<Uint8Array> {
    if (to <= from) return;
    const range = from === 0 && to === Infinity ? undefined : `bytes=${from}-${to === Infinity ? '' : to - 1}`;
    const { Body } = await this.#get(key, range);
    if (!(Body instanceof Readable)) throw new Error('The S3 client gave no stream.');
    for await (const piece of Body) yield piece as Buffer;
  }

  async readText(key: string): Promise<string | undefined> {
    try {
      return await (await this.#get(key, undefined)).Body?.transformToString();
    } catch (error) {
      if (error instanceof LongtakeError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async writeText(key: string, text: string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#at(key), Body: text, ContentType: 'application/json' }));
  }

  async stat(key: string): Promise<StoredEntry | undefined> {
    try {
      const { ContentLength = 0, LastModified } = await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return { key, bytes: ContentLength, modifiedAt: LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<StoredEntry> {
    for await (const { Contents = [] } of this.#pages(prefix, undefined)) {
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        yield { key: Key.slice(this.#prefix.length), bytes: Size, modifiedAt: LastModified?.getTime() ?? 0 };
      }
    }
  }

  async folders(prefix: string): Promise<readonly string[]> {
    const names: string[] = [];
    const skipped = this.#prefix.length + prefix.length;
    for await (const { CommonPrefixes = [] } of this.#pages(prefix, '/')) {
      names.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(skipped).replace(/\/$/, '')));
    }
    return names;
  }

  async remove(key: string): Promise<void> {
    await this.#delete([key]);
  }

  async removeAll(prefix: string): Promise<void> {
    for await (const { Contents = [] } of this.#pages(prefix, undefined)) {
      await this.#delete(Contents.map(({ Key = '' }) => Key.slice(this.#prefix.length)));
    }
  }

  /** Of the folder in between: a bucket is never full. */
  async freeBytes(): Promise<number> {
    await mkdir(this.#spool, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(this.#spool);
    return bavail * bsize;
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await rm(this.#spool, { recursive: true, force: true });
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` };
  }

  async #get(key: string, range: string | undefined) {
    try {
      return await this.#client.send(
        new GetObjectCommand({ ...this.#at(key), ...(range === undefined ? {} : { Range: range }) }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new LongtakeError('NOT_FOUND', `"${key}" is not in the storage.`, { cause: error });
    }
  }

  async *#pages(prefix: string, delimiter: string | undefined) {
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: `${this.#prefix}${prefix}`,
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async #delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const Objects = keys.map((key) => ({ Key: `${this.#prefix}${key}` }));
    const { Errors = [] } = await this.#client.send(
      new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
    );
    const [failed] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    if (failed) throw new Error(`The store did not delete ${failed.Key ?? ''}: ${failed.Message ?? failed.Code ?? ''}`);
  }

  async #put(key: string, path: string, bytes: number): Promise<void> {
    if (bytes > PART_BYTES) return this.#putInParts(key, path, bytes);
    await withPart(path, 0, bytes, (Body) =>
      this.#client.send(new PutObjectCommand({ ...this.#at(key), Body, ContentLength: bytes })),
    );
  }

  async #putInParts(key: string, path: string, bytes: number): Promise<void> {
    const at = this.#at(key);
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(at));
    try {
      const Parts = [];
      for (let start = 0, PartNumber = 1; start < bytes; start += PART_BYTES, PartNumber += 1) {
        const end = Math.min(bytes, start + PART_BYTES);
        const part = { ...at, UploadId, PartNumber, ContentLength: end - start };
        const { ETag } = await withPart(path, start, end, (Body) =>
          this.#client.send(new UploadPartCommand({ ...part, Body })),
        );
        Parts.push({ ETag, PartNumber });
      }
      await this.#client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      await this.#client.send(new AbortMultipartUploadCommand({ ...at, UploadId }));
      throw error;
    }
  }
}

/** Bytes `from` (inclusive) to `to` (exclusive) of a file, which is closed however the work ends. */
async function withPart<Result>(
  path: string,
  from: number,
  to: number,
  work: (body: Readable | '') => Promise<Result>,
): Promise<Result> {
  if (to <= from) return work('');
  const body = createReadStream(path, { start: from, end: to - 1 });
  try {
    return await work(body);
  } finally {
    body.destroy();
  }
}

interface Target {
  has(key: string): Promise<boolean>;
  put(key: string, bytes: number): Promise<void>;
}

class SpooledIncoming implements Incoming {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #target: Target;
  #bytes = 0;
  #isClosed = false;

  constructor(file: FileHandle, path: string, target: Target) {
    this.#file = file;
    this.#path = path;
    this.#target = target;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        const { bytesWritten } = await this.#file.write(piece, at);
        at += bytesWritten;
      }
      this.#bytes += piece.length;
    }
  }

  complete(): Promise<void> {
    return this.#close();
  }

  async publish(key: string, mayReplace: boolean): Promise<'published' | 'taken'> {
    await this.#close();
    if (!mayReplace && (await this.#target.has(key))) return 'taken';
    await this.#target.put(key, this.#bytes);
    return 'published';
  }

  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.$metadata.httpStatusCode === 404 || error.name === 'NoSuchKey');
