import type { Target } from '../../shared/domain/target.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { SourceId, TargetId, UploadId } from '../../shared/units.ts';
import type { OpenBody } from './body.ts';
import type { CreateDriver } from './driver.ts';
import type { Entry } from './rows.ts';
import type { UploadStore } from './uploadStore.ts';

/** What the queue works with. */
export interface QueuePorts {
  readonly store: UploadStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly createDriver: CreateDriver;
  readonly openBody: OpenBody;
  readonly targets: () => readonly Target[];
  readonly secret: (id: TargetId) => Promise<string | undefined>;
  /** Where the recording's file is now, absolute; undefined when it is gone. */
  readonly file: (entry: Entry) => string | undefined;
  readonly spoolFolder: (id: UploadId) => string;
  /** A person paused the source: nothing comes for now, and more may. */
  readonly isPaused: (id: SourceId) => boolean;
  /** Of all uploads together; undefined: no limit. */
  readonly bytesPerSecond: () => number | undefined;
  /** The state of a transfer changed beyond its figures. */
  readonly onTransfer: () => void;
}
