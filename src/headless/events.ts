import type { EventName, EventPayload } from '../shared/contract/events.ts';
import type { Gap, Recording } from '../shared/domain/recording.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { Log } from '../shared/ports/log.ts';
import type { RecordingId, SourceId } from '../shared/units.ts';

/** Events that a program which reads along is told of; the others are for windows. */
const TOLD: readonly EventName[] = ['recordings.closed', 'gaps.changed', 'titles.added', 'alarms.changed', 'notice'];

export interface EventTellerOptions {
  readonly log: Log;
  /** Gets one JSON object a line, when somebody asked for it. */
  readonly json: { write(text: string): unknown } | undefined;
  readonly now: () => number;
  /** Such as `Radio 1`. */
  readonly nameOf: (id: SourceId) => string;
}

/** Tells what happens: to people in the log, to programs as lines of JSON. */
export class EventTeller {
  readonly #options: EventTellerOptions;
  readonly #states = new Map<SourceId, string>();
  readonly #open = new Set<RecordingId>();

  constructor(options: EventTellerOptions) {
    this.#options = options;
  }

  tell<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    if (TOLD.includes(name)) this.json(name, payload);
    switch (name) {
      case 'recordings.opened':
        this.#openedRecording(payload as Recording);
        return;
      case 'recordings.closed':
        this.#closedRecording(payload as Recording);
        return;
      case 'gaps.changed':
        this.#gap(payload as Gap);
        return;
      case 'sources.status':
        this.#status(payload as SourceStatus);
        return;
      case 'notice': {
        const { severity, message } = payload as EventPayload<'notice'>;
        this.#options.log[severity === 'warning' ? 'warn' : severity](message);
        return;
      }
      default:
    }
  }

  /** One line of JSON: `{"event": ..., "at": ..., "data": ...}`; `at` is ms since 1970 UTC. */
  json(event: string, data: unknown): void {
    this.#options.json?.write(`${JSON.stringify({ event, at: this.#options.now(), data })}\n`);
  }

  /** An open recording is told of again once it is certain how it follows the one before. */
  #openedRecording(recording: Recording): void {
    const { id, sourceName, path, seam, missingSamples } = recording;
    const { log } = this.#options;
    const isNew = !this.#open.has(id);
    this.#open.add(id);
    this.json(isNew ? 'recordings.opened' : 'recordings.changed', recording);
    if (isNew) log.info(`${sourceName}: recording ${path}`);
    if (seam === 'gapless') log.info(`${sourceName}: ${path} follows without a gap`);
    if (seam === 'missing') {
      log.warn(`${sourceName}: audio is missing before ${path}`, { samples: missingSamples ?? 'unknown' });
    }
  }

  #closedRecording({ id, sourceName, path, state, samples, format, bytes }: Recording): void {
    this.#open.delete(id);
    const { log } = this.#options;
    const length = `${(samples / Math.max(1, format.sampleRate)).toFixed(1)} s, ${bytes} bytes`;
    switch (state) {
      case 'complete':
        log.info(`${sourceName}: closed ${path} (${length})`);
        return;
      case 'repaired':
        log.warn(`${sourceName}: ${path} was left unfinished and is repaired (${length})`);
        return;
      default:
        log.error(`${sourceName}: ${path} holds no audio that can be read`);
    }
  }

  #gap({ sourceName, cause, from, to }: Gap): void {
    const { log } = this.#options;
    if (to === undefined) log.info(`${sourceName}: a gap begins (${cause})`);
    else log.info(`${sourceName}: a gap of ${((to - from) / 1000).toFixed(1)} s ends (${cause})`);
  }

  /** A status comes every second; what is told is that it changed. */
  #status(status: SourceStatus): void {
    const { sourceId, state, attempt = 0, gaveUp = false, problem } = status;
    const now = `${state} ${attempt} ${gaveUp} ${problem?.message ?? ''}`;
    if (this.#states.get(sourceId) === now) return;
    this.#states.set(sourceId, now);
    this.json('sources.status', status);
    if (!gaveUp) return;
    const name = this.#options.nameOf(sourceId);
    const times = attempt === 1 ? '1 failure' : `${attempt} failures in a row`;
    this.#options.log.error(`${name}: gave up after ${times} (max_retries). Start longtake anew to try again.`);
  }
}
