import type { Arming } from '../../shared/domain/arming.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { SettingsStore } from '../../shared/ports/settingsStore.ts';
import { type RecordingId, samples, samplesToMillis, type SourceId } from '../../shared/units.ts';

const NOTHING: Arming = { paused: false, recordedMs: 0, unfinished: [] };

/**
 * What the present arming of each source has come to: whether a person paused it, and how much it has recorded. It ends
 * when the source is disarmed, not when the program ends.
 */
export class Armings {
  readonly #store: SettingsStore;

  constructor(store: SettingsStore) {
    this.#store = store;
  }

  of(id: SourceId): Arming {
    return this.#all()[id] ?? NOTHING;
  }

  setPaused(id: SourceId, paused: boolean): void {
    if (this.of(id).paused !== paused) this.#set(id, { ...this.of(id), paused });
  }

  /** A recording of a source with a longest length was opened, closed or mended. */
  heard({ id, sourceId, state, samples: length, format }: Recording): void {
    const arming = this.of(sourceId);
    const known = arming.unfinished.includes(id);
    if (state === 'recording') {
      if (!known) this.#set(sourceId, { ...arming, unfinished: [...arming.unfinished, id] });
      return;
    }
    // One that was open before the source was armed belongs to another arming.
    if (!known) return;
    this.#set(sourceId, {
      ...arming,
      recordedMs: arming.recordedMs + samplesToMillis(samples(length), Math.max(1, format.sampleRate)),
      unfinished: arming.unfinished.filter((other: RecordingId) => other !== id),
    });
  }

  /** Only these sources are still armed. */
  keep(ids: readonly SourceId[]): void {
    const all = this.#all();
    const kept = Object.entries(all).filter(([id]) => ids.some((other) => other === id));
    if (kept.length < Object.keys(all).length) this.#write(Object.fromEntries(kept));
  }

  #set(id: SourceId, arming: Arming): void {
    this.#write({ ...this.#all(), [id]: arming });
  }

  #all(): Readonly<Record<string, Arming>> {
    return this.#store.read().armings ?? {};
  }

  #write(armings: Readonly<Record<string, Arming>>): void {
    this.#store.write({ ...this.#store.read(), armings });
  }
}
