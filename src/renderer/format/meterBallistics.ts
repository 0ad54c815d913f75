/** Lowest level that a meter shows, dBFS. */
export const METER_FLOOR = -60;
/** A displayed level falls this many dB a second. */
export const RELEASE_DB_PER_SECOND = 20;
/** The highest level stays marked this long, ms. */
export const PEAK_HOLD_MS = 1500;
/** From this level on, dBFS, the signal is taken to be clipped: the top code of 16-bit audio is at -0.0003. */
export const CLIP_LEVEL = -0.01;
/** Levels arrive 10 times a second: after this long without one, ms, nothing is known of the present. */
export const NO_LEVEL_MS = 3000;
/** The clipping mark stays this long after the last clipped value, ms. */
export const CLIP_HOLD_MS = 5000;

interface Falling {
  level: number;
  /** Instant of `level`, ms. */
  at: number;
}

interface Channel {
  readonly peak: Falling;
  readonly rms: Falling;
  held: number;
  heldUntil: number;
  clippedUntil: number;
}

/** What a meter shows of one channel, dBFS, never below {@link METER_FLOOR}. */
export interface ChannelReading {
  readonly peak: number;
  readonly rms: number;
  readonly held: number;
  readonly clipped: boolean;
}

const fallen = (falling: Falling, now: number): number =>
  Math.max(METER_FLOOR, falling.level - (Math.max(0, now - falling.at) / 1000) * RELEASE_DB_PER_SECOND);

function rise(falling: Falling, level: number, now: number): void {
  const present = fallen(falling, now);
  falling.level = Math.max(present, level);
  falling.at = now;
}

/**
 * Turns levels that arrive 10 times a second into what a meter shows at any instant: attack at once, release
 * 20 dB/s, peak hold 1.5 s. Instants are ms of any steady clock, the same for every call.
 */
export class MeterBallistics {
  #channels: Channel[] = [];
  #latestPeak = -Infinity;
  #arrivedAt = -Infinity;

  /** Number of channels of the last levels. */
  get channels(): number {
    return this.#channels.length;
  }

  /** Highest peak of all channels as it last arrived, dBFS, without ballistics. */
  get latestPeak(): number {
    return this.#latestPeak;
  }

  /** Whether levels have been awaited for more than {@link NO_LEVEL_MS}; `since` is when the wait began. */
  isMissing(now: number, since: number): boolean {
    return now - Math.max(this.#arrivedAt, since) > NO_LEVEL_MS;
  }

  push(peak: readonly number[], rms: readonly number[], now: number): void {
    this.#arrivedAt = now;
    if (this.#channels.length !== peak.length) this.#channels = peak.map(() => silentChannel(now));
    this.#latestPeak = peak.reduce((highest, level) => Math.max(highest, level), -Infinity);
    for (const [index, channel] of this.#channels.entries()) {
      const level = peak[index] ?? METER_FLOOR;
      rise(channel.peak, level, now);
      rise(channel.rms, rms[index] ?? METER_FLOOR, now);
      if (level >= channel.held || now >= channel.heldUntil) {
        channel.held = Math.max(METER_FLOOR, level);
        channel.heldUntil = now + PEAK_HOLD_MS;
      }
      if (level >= CLIP_LEVEL) channel.clippedUntil = now + CLIP_HOLD_MS;
    }
  }

  read(now: number): ChannelReading[] {
    return this.#channels.map((channel) => {
      const peak = fallen(channel.peak, now);
      return {
        peak,
        rms: fallen(channel.rms, now),
        held: now < channel.heldUntil ? Math.max(channel.held, peak) : peak,
        clipped: now < channel.clippedUntil,
      };
    });
  }

  /** Highest held level of all channels, dBFS; undefined before anything arrived. */
  loudest(now: number): number | undefined {
    if (this.#channels.length === 0) return undefined;
    return this.read(now).reduce((highest, { held }) => Math.max(highest, held), METER_FLOOR);
  }

  /** Forgets everything: nothing is measured any more. */
  reset(): void {
    this.#channels = [];
    this.#latestPeak = -Infinity;
    this.#arrivedAt = -Infinity;
  }
}

function silentChannel(now: number): Channel {
  return {
    peak: { level: METER_FLOOR, at: now },
    rms: { level: METER_FLOOR, at: now },
    held: METER_FLOOR,
    heldUntil: now,
    clippedUntil: now,
  };
}

/** Position of a level on the scale, 0 (floor) to 1 (full scale). */
export function meterPosition(dbfs: number): number {
  return Math.max(0, Math.min(1, 1 - dbfs / METER_FLOOR));
}
