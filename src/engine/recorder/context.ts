import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Ledger } from './ledger.ts';
import type { RecorderEvent, RecordingPlan } from './protocol.ts';

/** What every part of the recorder works with. */
export interface RecorderContext {
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly log: Log;
  readonly ledger: Ledger;
  /** The plan for the next recording that opens. */
  readonly plan: () => RecordingPlan;
  readonly emit: (event: RecorderEvent) => void;
}
