import type { Arming } from '../domain/arming.ts';
import type { Settings } from '../domain/settings.ts';
import type { SourceConfig } from '../domain/source.ts';
import type { Target } from '../domain/target.ts';
import type { SourceId } from '../units.ts';

/** Everything that outlives a run and is neither a secret nor a recording. */
export interface StoredState {
  readonly settings: Settings;
  readonly sources: readonly SourceConfig[];
  /** What a person armed and did not disarm. */
  readonly armed: readonly SourceId[];
  /** What armings that last have come to, by source; a source that is left out has nothing to tell. */
  readonly armings?: Readonly<Record<string, Arming>>;
  /** A person has paused the analysis, and not let it go on. */
  readonly analysisPaused?: boolean;
  /** Where recordings can be uploaded to; absent: nowhere. */
  readonly targets?: readonly Target[];
}

/** Keeps {@link StoredState} on disk; a write is there when the call returns. */
export interface SettingsStore {
  read(): StoredState;
  write(state: StoredState): void;
}
