import { randomUUID } from 'node:crypto';
import { type Gap, gapSchema, type Recording, recordingSchema } from '../../src/shared/domain/recording.ts';

type Change<Value> = { readonly [Key in keyof Value]?: unknown };

export const SOURCE_ID = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11';

/** A valid recording of 10 s; `change` replaces fields. */
export function makeRecording(change: Change<Recording> = {}): Recording {
  const startedAt = typeof change.startedAt === 'number' ? change.startedAt : Date.UTC(2026, 10, 21, 9);
  return recordingSchema.parse({
    id: randomUUID(),
    sourceId: SOURCE_ID,
    sourceName: 'Studio A',
    sourceKind: 'soundcard',
    root: '/recordings',
    path: `Studio A/${startedAt}.wav`,
    startedAt,
    offsetMinutes: 0,
    zone: 'UTC',
    day: new Date(startedAt).toISOString().slice(0, 10),
    container: 'wav',
    format: { codec: 'pcm', sampleRate: 48000, channels: 2, bitDepth: 16 },
    samples: 480_000,
    bytes: 1_920_044,
    state: 'complete',
    seam: 'first',
    ...change,
  });
}

/** A valid gap of 5 s; `change` replaces fields. */
export function makeGap(change: Change<Gap> = {}): Gap {
  const from = typeof change.from === 'number' ? change.from : Date.UTC(2026, 10, 21, 9);
  return gapSchema.parse({
    id: randomUUID(),
    sourceId: SOURCE_ID,
    sourceName: 'Studio A',
    cause: 'device lost',
    detail: 'The device was unplugged.',
    from,
    to: from + 5000,
    day: new Date(from).toISOString().slice(0, 10),
    ...change,
  });
}
