import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** A store of Amazon S3's kind on loopback, with one bucket. It knows access keys, but checks no signatures. */
export class ObjectStore {
  static readonly accessKeyId = 'S3RVER';
  static readonly secretAccessKey = 'S3RVER';
  readonly bucket = 'recordings';
  readonly endpoint: string;
  readonly #server: S3rver;
  readonly #folder: string;

  private constructor(server: S3rver, folder: string, endpoint: string) {
    this.#server = server;
    this.#folder = folder;
    this.endpoint = endpoint;
  }

  static async start(): Promise<ObjectStore> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-store-'));
    const server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory: folder,
      configureBuckets: [{ name: 'recordings', configs: [] }],
    });
    const { port } = (await server.run()) as AddressInfo;
    return new ObjectStore(server, folder, `http://127.0.0.1:${port}`);
  }

  async dispose(): Promise<void> {
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
