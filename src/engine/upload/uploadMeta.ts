import { basename } from 'node:path';
import type { UploadMeta } from './driver.ts';
import type { Entry } from './rows.ts';

/** What a target is told of an upload. */
export function metaOf({ recording, part, openKey }: Entry, mimeType: string): UploadMeta {
  return {
    recording,
    fileName: basename(recording.path),
    mimeType,
    part,
    ...(openKey === undefined ? {} : { key: openKey }),
  };
}
