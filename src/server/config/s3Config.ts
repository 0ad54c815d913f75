import { addressOf, keyFolder, type SettingsReader } from './settings.ts';

/** An S3-compatible store. */
export interface S3Config {
  /** Undefined: AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Before every key, without a slash at its end; empty for none. */
  readonly prefix: string;
  /** The bucket stands in the path, not in the host name. */
  readonly pathStyle: boolean;
  /** Undefined: found by the AWS SDK, as in its own programs. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

export function s3Of(reader: SettingsReader): S3Config {
  const endpoint = reader.read<string | undefined>('LONGTAKE_SERVER_S3_ENDPOINT', undefined, addressOf);
  const bucket = reader.text('LONGTAKE_SERVER_S3_BUCKET');
  if (bucket === undefined) {
    reader.problems.push('LONGTAKE_SERVER_S3_BUCKET is missing: name the bucket that shall hold the recordings.');
  }
  const accessKeyId = reader.text('LONGTAKE_SERVER_S3_ACCESS_KEY_ID');
  const secretAccessKey = reader.text('LONGTAKE_SERVER_S3_SECRET_ACCESS_KEY');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    reader.problems.push(
      'LONGTAKE_SERVER_S3_ACCESS_KEY_ID and LONGTAKE_SERVER_S3_SECRET_ACCESS_KEY belong together: set both, or none.',
    );
  }
  return {
    endpoint,
    region: reader.text('LONGTAKE_SERVER_S3_REGION') ?? 'us-east-1',
    bucket: bucket ?? '',
    prefix: reader.read('LONGTAKE_SERVER_S3_PREFIX', '', keyFolder),
    pathStyle: reader.flag('LONGTAKE_SERVER_S3_PATH_STYLE', endpoint !== undefined),
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
  };
}
