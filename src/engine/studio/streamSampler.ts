import type { AlarmRules } from '../../shared/domain/alarm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { SourceId } from '../../shared/units.ts';
import type { StreamSample } from '../analysis/streamSample.ts';
import { needsDecoding } from '../../shared/domain/alarmRules.ts';

/** What is decoded of a stream, s. */
const SAMPLE_SECONDS = 5;
/** A stream is listened to this often, ms: often enough for its rules, and never more often or more rarely. */
const SHORTEST_INTERVAL_MS = 5_000;
const LONGEST_INTERVAL_MS = 60_000;

export interface StreamSamplerPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Streams that record now, with their rules. */
  readonly streams: () => readonly { readonly id: SourceId; readonly rules: AlarmRules }[];
  readonly sample: (id: SourceId, seconds: number) => Promise<StreamSample | undefined>;
  readonly onSignal: (report: SignalReport) => void;
}

/**
 * Listens to streams for their alarms: decoding all the time would cost more than recording does, so it takes a sample
 * of one stream at a time. Of many streams, each is listened to more rarely.
 */
export class StreamSampler {
  readonly #ports: StreamSamplerPorts;
  readonly #sampledAt = new Map<SourceId, number>();
  #busy = false;
  #isDecoderMissing = false;

  constructor(ports: StreamSamplerPorts) {
    this.#ports = ports;
  }

  /** To be called every other second: begins one sample where one is due. */
  tick(): void {
    if (this.#busy || this.#isDecoderMissing) return;
    const now = this.#ports.clock.monotonic();
    const streams = this.#ports.streams().filter(({ rules }) => needsDecoding(rules));
    const known = new Set(streams.map(({ id }) => id));
    for (const id of this.#sampledAt.keys()) if (!known.has(id)) this.#sampledAt.delete(id);
    const waited = streams
      .map(({ id, rules }) => ({ id, overdue: now - (this.#sampledAt.get(id) ?? -Infinity) - intervalOf(rules) }))
      .filter(({ overdue }) => overdue >= 0)
      .sort((a, b) => b.overdue - a.overdue);
    const [next] = waited;
    if (!next) return;
    this.#sampledAt.set(next.id, now);
    this.#busy = true;
    void this.#sample(next.id).finally(() => {
      this.#busy = false;
    });
  }

  async #sample(sourceId: SourceId): Promise<void> {
    const { sample, onSignal, log } = this.#ports;
    try {
      const heard = await sample(sourceId, SAMPLE_SECONDS);
      if (!heard || heard.windows === 0) return;
      const { rms, windows, clippedWindows } = heard;
      onSignal({ sourceId, rms, windows, clippedWindows });
    } catch (error) {
      if (error instanceof LongtakeError && error.code === 'DECODER_MISSING') {
        this.#isDecoderMissing = true;
        log.warn('Without ffmpeg, streams raise no alarm for silence, clipping or a dead channel.');
      } else {
        log.debug('A stream could not be listened to for its alarms; it is tried again.', {
          sourceId,
          error: String(error),
        });
      }
    }
  }
}

/** As often as the shortest of the rules asks for. */
function intervalOf({ silence, deadChannel, clipping }: AlarmRules): number {
  const seconds = [
    ...(silence.enabled ? [silence.seconds] : []),
    ...(deadChannel.enabled ? [deadChannel.seconds] : []),
    ...(clipping.enabled ? [LONGEST_INTERVAL_MS / 1000] : []),
  ];
  return Math.max(SHORTEST_INTERVAL_MS, Math.min(LONGEST_INTERVAL_MS, ...seconds.map((count) => count * 1000)));
}
