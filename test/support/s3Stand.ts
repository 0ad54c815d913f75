import { createRequire } from 'node:module';

/** A store that speaks S3 and checks signatures, on loopback. */
export interface S3Stand {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

interface S3Server {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

type S3Constructor = new (options: Readonly<Record<string, unknown>>) => S3Server;

/** `folder` is absolute, and made when it is missing. */
export async function startS3(folder: string, bucket: string): Promise<S3Stand> {
  // It declares no types.
  const S3rver = createRequire(import.meta.url)('s3rver') as S3Constructor;
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return {
    url: `http://127.0.0.1:${port}`,
    bucket,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    close: () => server.close(),
  };
}
