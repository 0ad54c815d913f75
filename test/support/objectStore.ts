import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { SignatureGate } from './signatureGate.ts';

/** A store of Amazon S3's kind on loopback, with one bucket, behind a gate that checks the signature of each request. */
export class ObjectStore {
  static readonly accessKeyId = 'S3RVER';
  static readonly secretAccessKey = 'S3RVER';
  readonly bucket = 'recordings';
  readonly gate: SignatureGate;
  readonly #server: S3rver;
  readonly #folder: string;
  /** Behind the gate, where nobody compares anything. */
  readonly unguarded: string;

  private constructor(server: S3rver, folder: string, gate: SignatureGate, port: number) {
    this.unguarded = `http://127.0.0.1:${port}`;
    this.#server = server;
    this.#folder = folder;
    this.gate = gate;
  }

  get endpoint(): string {
    return this.gate.url;
  }

  static async start(): Promise<ObjectStore> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-store-'));
    const server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      // Whatever its host is called.
      vhostBuckets: false,
      directory: folder,
      configureBuckets: [{ name: 'recordings', configs: [] }],
    });
    const { port } = (await server.run()) as AddressInfo;
    const { accessKeyId, secretAccessKey } = ObjectStore;
    const gate = await SignatureGate.start(port, { accessKeyId, secretAccessKey });
    return new ObjectStore(server, folder, gate, port);
  }

  async dispose(): Promise<void> {
    await this.gate.close();
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
