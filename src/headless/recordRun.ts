import { type Control, openControl } from '../engine/platform/controlServer.ts';
import type { Studio } from '../engine/studio/studio.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { Log } from '../shared/ports/log.ts';
import type { SourceId } from '../shared/units.ts';
import { EventTeller } from './events.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { followSignals } from './signals.ts';

export interface RecordRunOptions {
  readonly studio: Studio;
  readonly log: Log;
  /** Events as JSON on stdout. */
  readonly json: boolean;
  /** Of this moment. */
  sources(): readonly { readonly id: SourceId; readonly name: string }[];
  readonly recordingsFolder: string;
  /** Begins to record. */
  start(): Promise<void>;
}

/** Records until it is told to end, or until every source has given up, and closes every file. */
export async function recordUntilEnd(options: RecordRunOptions): Promise<ExitCode> {
  const { studio, log, json, sources, recordingsFolder, start } = options;
  const teller = new EventTeller({
    log,
    json: json ? process.stdout : undefined,
    now: () => Date.now(),
    nameOf: (id) => sources().find((source) => source.id === id)?.name ?? id,
  });
  const gaveUp = new Set<SourceId>();
  let end: (code: ExitCode) => void = () => undefined;
  const ended = new Promise<ExitCode>((fulfil) => {
    end = fulfil;
  });
  studio.onEvent((name, payload) => {
    teller.tell(name, payload);
    if (name !== 'sources.status') return;
    const status = payload as SourceStatus;
    if (status.gaveUp === true) gaveUp.add(status.sourceId);
    else gaveUp.delete(status.sourceId);
    if (gaveUp.size > 0 && gaveUp.size === sources().length) end(EXIT.gaveUp);
  });
  const signals = followSignals(log, () => end(EXIT.done));
  try {
    const names = sources().map(({ name }) => name);
    log.info(`Longtake records ${names.join(', ')} into ${recordingsFolder}.`);
    await start();
    teller.json('started', { recordingsFolder, pid: process.pid });
    const code = await ended;
    if (code === EXIT.gaveUp) log.error('Every source has given up; longtake ends.');
    await studio.stop();
    log.info('Every file is closed.');
    teller.json('ended', { exitCode: code });
    return code;
  } finally {
    signals.release();
  }
}

/** Lets commands ask a run of a configuration. Recording comes first: without a socket it goes on, and says so. */
export async function openRunControl(
  folder: string,
  { studio, ready, log }: { readonly studio: Studio; readonly ready: () => Promise<void>; readonly log: Log },
): Promise<Control | undefined> {
  try {
    return await openControl({ folder, kind: 'record', studio, ready, log: log.scoped('control') });
  } catch (error) {
    log.warn('Commands such as longtake status cannot ask this run.', { error: String(error) });
    return undefined;
  }
}
