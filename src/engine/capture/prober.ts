import { randomUUID } from 'node:crypto';
import type { Device, SourceConfig, StreamReport } from '../../shared/domain/source.ts';
import { errorText, toWireError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { sourceId } from '../../shared/units.ts';
import { LevelMeter } from '../containers/levels.ts';
import type { AudioSource } from './audioSource.ts';
import type { LevelDraft, ProberCommand, ProberEvent, StreamDraft } from './proberProtocol.ts';

/** Devices are looked for as often as this, while somebody watches them. */
const WATCH_MS = 2000;

export interface ProberPorts {
  readonly emit: (event: ProberEvent) => void;
  readonly log: Log;
  readonly listDevices: () => Promise<readonly Device[]>;
  readonly createSource: (config: Exclude<SourceConfig, { kind: 'stream' }>) => AudioSource;
  readonly testStream: (draft: StreamDraft, password: string | undefined, signal: AbortSignal) => Promise<StreamReport>;
}

export type ProberJob = Exclude<ProberCommand, { type: 'stop' }>;

/** Does one job and tells its result or its error. Never rejects. */
export async function probe(job: ProberJob, signal: AbortSignal, ports: ProberPorts): Promise<void> {
  try {
    await perform(job, signal, ports);
  } catch (error) {
    const wire = toWireError(error);
    if (wire.code === 'INTERNAL') {
      ports.log.error('A look at an input failed unexpectedly.', { job: job.type, error: errorText(error) });
    }
    ports.emit({ type: 'error', error: wire });
  }
}

async function perform(job: ProberJob, signal: AbortSignal, ports: ProberPorts): Promise<void> {
  switch (job.type) {
    case 'devices':
      ports.emit({ type: 'devices', devices: await ports.listDevices() });
      return;
    case 'watchDevices':
      await watchDevices(signal, ports);
      return;
    case 'testStream':
      ports.emit({ type: 'streamReport', report: await ports.testStream(job.draft, job.password, signal) });
      return;
    case 'preview':
      await preview(job.draft, signal, ports);
  }
}

async function watchDevices(signal: AbortSignal, { listDevices, emit }: ProberPorts): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    const devices = await listDevices();
    const text = JSON.stringify(devices);
    if (text !== told) emit({ type: 'devices', devices });
    told = text;
    await pause(WATCH_MS, signal);
  }
}

/** Resolves after `ms`, or when `signal` is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

async function preview(draft: LevelDraft, signal: AbortSignal, { createSource, emit }: ProberPorts): Promise<void> {
  const { sampleRate, channels, bitDepth } = draft;
  const float = draft.kind === 'soundcard' && draft.float === true;
  const meter = new LevelMeter({ sampleRate, channels, bitDepth, float });
  const source = createSource({ ...draft, id: sourceId(randomUUID()) });
  await source.run(
    {
      onOpen: () => undefined,
      onBlock: (block) => {
        for (const levels of meter.push(block)) emit({ type: 'levels', ...levels });
      },
      onTitle: () => undefined,
      onSegment: () => undefined,
      onHole: () => undefined,
      onSkipped: () => undefined,
    },
    signal,
  );
}
