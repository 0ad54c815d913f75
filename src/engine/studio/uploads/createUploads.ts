import { createDriver } from '../../upload/createDriver.ts';
import type { StudioPorts } from '../studio.ts';
import { createBodies } from './bodies.ts';
import { Targets } from './targets.ts';
import { Uploads, type UploadsPorts } from './uploads.ts';

export interface UploadParts {
  readonly targets: Targets;
  readonly uploads: Uploads;
}

/** Targets and what goes to them, with what this version can do. */
export function createUploads(
  ports: StudioPorts,
  parts: Pick<UploadsPorts, 'events' | 'sources' | 'library'>,
): UploadParts {
  const targets = new Targets({ ...ports, emit: parts.events.emit, createDriver });
  const uploads = new Uploads({ ...ports, ...parts, targets, createDriver, bodies: createBodies(ports.fileSystem) });
  return { targets, uploads };
}
