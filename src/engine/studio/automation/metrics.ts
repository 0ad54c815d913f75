import { Counter, Gauge, Registry } from 'prom-client';
import type { EventName, EventPayload } from '../../../shared/contract/events.ts';
import type { Source } from '../../../shared/contract/requests.ts';
import { alarmKindSchema } from '../../../shared/domain/alarm.ts';
import type { GapId, RecordingId } from '../../../shared/units.ts';
import type { Studio } from '../studio.ts';
import { healthOf } from './health.ts';

/** Recordings and gaps are remembered so that none counts twice: so many of each. */
const MOST_REMEMBERED = 10_000;

export interface StudioMetrics {
  readonly registry: Registry;
  /** Ends what counts. */
  end(): void;
}

/** What the studio does, for Prometheus. Labels are names of sources and words from short lists. */
export function createMetrics(studio: Pick<Studio, 'handlers' | 'onEvent'>, version: string): StudioMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counters = {
    opened: new Counter({
      name: 'longtake_recordings_opened_total',
      help: 'Recordings that were begun.',
      labelNames: ['source'],
      registers,
    }),
    closed: new Counter({
      name: 'longtake_recordings_closed_total',
      help: 'Recordings that were closed; state: complete, repaired or damaged.',
      labelNames: ['source', 'state'],
      registers,
    }),
    bytes: new Counter({
      name: 'longtake_recorded_bytes_total',
      help: 'Bytes of recordings that were closed.',
      labelNames: ['source'],
      registers,
    }),
    seconds: new Counter({
      name: 'longtake_recorded_seconds_total',
      help: 'Length of recordings that were closed, s.',
      labelNames: ['source'],
      registers,
    }),
    gaps: new Counter({
      name: 'longtake_gaps_total',
      help: 'Times in which a source was armed and nothing was captured, by cause.',
      labelNames: ['source', 'cause'],
      registers,
    }),
    gapSeconds: new Counter({
      name: 'longtake_gap_seconds_total',
      help: 'How long those that have ended were, s.',
      labelNames: ['source', 'cause'],
      registers,
    }),
    alarms: new Counter({
      name: 'longtake_alarms_raised_total',
      help: 'Alarms that were raised.',
      labelNames: ['kind'],
      registers,
    }),
  };
  for (const kind of alarmKindSchema.options) counters.alarms.inc({ kind }, 0);
  const end = studio.onEvent(count(counters));
  addGauges(studio, registry, version);
  return { registry, end };
}

type Counters = Readonly<
  Record<'opened' | 'bytes' | 'seconds', Counter<'source'>> &
    Record<'gaps' | 'gapSeconds', Counter<'source' | 'cause'>> & {
      closed: Counter<'source' | 'state'>;
      alarms: Counter<'kind'>;
    }
>;

function count(counters: Counters): <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void {
  const open = new Set<RecordingId>();
  const closed = new Set<RecordingId>();
  const gaps = new Set<GapId>();
  const ended = new Set<GapId>();
  /** Whether it is new; the oldest make room. */
  const note = <Id>(known: Set<Id>, id: Id): boolean => {
    const isNew = !known.has(id);
    known.add(id);
    const [oldest] = known;
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
    return isNew;
  };
  return (name, payload) => {
    switch (name) {
      case 'recordings.opened': {
        const { id, sourceName: source } = payload as EventPayload<'recordings.opened'>;
        if (note(open, id)) counters.opened.inc({ source });
        return;
      }
      case 'recordings.closed': {
        const recording = payload as EventPayload<'recordings.closed'>;
        const { id, sourceName: source, state, bytes, samples, format } = recording;
        if (!note(closed, id)) return;
        counters.closed.inc({ source, state });
        counters.bytes.inc({ source }, bytes);
        counters.seconds.inc({ source }, samples / Math.max(1, format.sampleRate));
        return;
      }
      case 'gaps.changed': {
        const { id, sourceName: source, cause, from, to } = payload as EventPayload<'gaps.changed'>;
        if (note(gaps, id)) counters.gaps.inc({ source, cause });
        if (to === undefined || !note(ended, id)) return;
        counters.gapSeconds.inc({ source, cause }, Math.max(0, to - from) / 1000);
        return;
      }
      case 'alarms.changed': {
        const { kind, clearedAt, acknowledgedAt } = payload as EventPayload<'alarms.changed'>;
        if (clearedAt === undefined && acknowledgedAt === undefined) counters.alarms.inc({ kind });
        return;
      }
      default:
    }
  };
}

function addGauges({ handlers }: Pick<Studio, 'handlers'>, registry: Registry, version: string): void {
  const registers = [registry];
  const bySource = (name: string, help: string, read: (source: Source) => number | undefined): void => {
    const gauge: Gauge<'source'> = new Gauge({
      name,
      help,
      labelNames: ['source'],
      registers,
      collect: async () => {
        gauge.reset();
        for (const source of await handlers['sources.list']({})) {
          const value = read(source);
          if (value !== undefined) gauge.set({ source: source.config.name }, value);
        }
      },
    });
  };
  const single = (name: string, help: string, read: () => Promise<number | undefined>): void => {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: async () => {
        const value = await read();
        if (value === undefined) gauge.remove();
        else gauge.set(value);
      },
    });
  };
  bySource('longtake_source_armed', '1: it is asked to record.', ({ status }) => (status.state === 'disarmed' ? 0 : 1));
  bySource('longtake_source_capturing', '1: it is recorded now.', ({ status }) =>
    status.state === 'recording' ? 1 : 0,
  );
  bySource('longtake_source_recording_seconds', 'Length of the open recording, s.', ({ status }) =>
    status.recording ? status.recording.durationMs / 1000 : undefined,
  );
  bySource(
    'longtake_source_drift_ppm',
    'How much faster the clock of the soundcard runs, in millionths.',
    ({ status }) => status.driftPpm,
  );
  single('longtake_healthy', '1: every armed source is recorded; as /health says.', async () =>
    healthOf(await handlers['sources.list']({})).ok ? 1 : 0,
  );
  single(
    'longtake_alarms_active',
    'Alarms that are raised now.',
    async () => (await handlers['alarms.active']({})).length,
  );
  single(
    'longtake_storage_free_bytes',
    'Free space of the recordings folder.',
    async () => (await handlers['storage.get']({})).freeBytes,
  );
  single('longtake_upload_backlog_bytes', 'What is recorded and not yet acknowledged by its target.', async () =>
    (await handlers['uploads.transfers']({})).reduce((sum, { backlogBytes }) => sum + backlogBytes, 0),
  );
  single(
    'longtake_webhook_waiting',
    'Messages that the webhook has not taken yet.',
    async () => (await handlers['hooks.status']({})).webhook.waiting,
  );
  single(
    'longtake_webhook_dropped',
    'Messages that the webhook will never get, since the start.',
    async () => (await handlers['hooks.status']({})).webhook.dropped ?? 0,
  );
  single(
    'longtake_script_failures',
    'Runs of the script of hooks.json that failed since the start.',
    async () => (await handlers['hooks.status']({})).script?.failures,
  );
  single('process_resident_memory_bytes', 'Memory of the studio without its children.', async () =>
    process.memoryUsage.rss(),
  );
  const started = Date.now() / 1000 - process.uptime();
  single('process_start_time_seconds', 'When the studio began, s since 1970 UTC.', async () => started);
  new Gauge({
    name: 'longtake_info',
    help: 'Always 1; the version of Longtake.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
}
