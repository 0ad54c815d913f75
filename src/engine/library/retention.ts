import { MAX_PLANNED, type PlannedRemoval, type RetentionPreview } from '../../shared/domain/removal.ts';
import { DAY_MS, type Retention } from '../../shared/domain/retention.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Removed } from './keepingStore.ts';
import type { Library } from './library.ts';
import {
  dueByRules,
  isActive,
  type Kept,
  oldestFor,
  type Planned,
  type PlanOptions,
  upcoming,
} from './retentionPlan.ts';
import type { Trash } from './trash.ts';

/** Recordings that are deleted in one go. */
const BATCH = 32;
/** Deleting must free at least this share of what was deleted; else something on the disk holds on to it. */
const LEAST_SHARE_FREED = 0.1;

export interface RetentionPorts {
  readonly library: () => Library;
  readonly trash: Trash;
  readonly fileSystem: Pick<FileSystem, 'freeBytes' | 'stat'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Recordings folder, absolute. */
  readonly root: () => string;
  readonly rules: () => Retention;
  /** How long deleted recordings can be restored, days. */
  readonly trashDays: () => number;
  readonly onRemoved: (removed: readonly Removed[]) => void;
  readonly onTrashChanged: () => void;
  /** A sentence that a person should read. */
  readonly onProblem: (message: string) => void;
}

export interface RetentionOutcome {
  readonly removed: number;
  /** Of the recordings that were deleted. */
  readonly bytes: number;
}

/** Deletes what the rules say, and what was in the trash for long enough. One run at a time. */
export class RetentionKeeper {
  readonly #ports: RetentionPorts;
  readonly #stop = new AbortController();
  #running: Promise<RetentionOutcome> | undefined;
  /** Free bytes before the last deletion for want of space, when it freed next to nothing. */
  #stuckAt: number | undefined;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
  }

  /** Ends a run at its next step; nothing runs afterwards. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  /** Applies the rules now; a run that is under way is waited for instead. */
  run(): Promise<RetentionOutcome> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The disk has less free space than the rule asks for. */
  async isShort(): Promise<boolean> {
    return (await this.#missingSpace(this.#ports.rules())) > 0;
  }

  /** The rules are others: what was in vain may work now. */
  reconsider(): void {
    this.#stuckAt = undefined;
  }

  async preview(rules: Retention): Promise<RetentionPreview> {
    const { library, root } = this.#ports;
    const kept: Kept = { locked: 0, others: 0 };
    const options = this.#plan(rules);
    const due: Planned[] = [];
    const taken = new Set<string>();
    let dueCount = 0;
    let dueBytes = 0;
    let trashed = 0;
    const add = (planned: Planned): void => {
      dueCount += 1;
      dueBytes += planned.bytes;
      if (due.length < MAX_PLANNED) due.push(planned);
    };
    if (isActive(rules)) {
      for await (const planned of dueByRules(options, kept)) {
        add(planned);
        taken.add(planned.id);
        if (planned.root === root()) trashed += planned.bytes;
      }
    }
    const missing = await this.#missingSpace(rules);
    const trash = library().keeping.trashTotals(root()).bytes + trashed;
    const trashBytes = Math.min(missing, trash);
    let shortBytes = missing - trashBytes;
    for await (const planned of oldestFor(shortBytes, root(), options, kept, taken)) {
      add(planned);
      taken.add(planned.id);
      shortBytes -= planned.bytes;
    }
    return {
      due: this.#described(due),
      dueCount,
      dueBytes,
      trashBytes,
      upcoming: this.#described(await upcoming(options, taken)),
      kept,
      shortBytes: Math.max(0, shortBytes),
    };
  }

  async #run(): Promise<RetentionOutcome> {
    const { rules, trash, library, trashDays, clock } = this.#ports;
    let outcome: RetentionOutcome = { removed: 0, bytes: 0 };
    if (isActive(rules())) {
      const batches = inBatches(dueByRules(this.#plan(rules()), { locked: 0, others: 0 }));
      for await (const batch of batches) {
        if (this.#stop.signal.aborted) return outcome;
        outcome = sum(outcome, await this.#remove(batch));
      }
    }
    const until = clock.now() - trashDays() * DAY_MS;
    // A file that cannot be removed stays the oldest: it is not met twice in one run.
    const failed = new Set<string>();
    for (;;) {
      const page = library().keeping.oldestTrash(undefined, BATCH + failed.size);
      const old = page.filter(({ removedAt, recording }) => removedAt <= until && !failed.has(recording.id));
      if (old.length === 0 || this.#stop.signal.aborted) break;
      await trash.purge(old);
      for (const { recording } of old) {
        if (library().keeping.removed(recording.id)?.trash !== undefined) failed.add(recording.id);
      }
      this.#ports.onTrashChanged();
    }
    return sum(outcome, await this.#makeRoom());
  }

  /** Empties the trash, then deletes the oldest recordings for good, until the disk has as much space as is wanted. */
  async #makeRoom(): Promise<RetentionOutcome> {
    const { rules, root, log, onProblem } = this.#ports;
    let outcome: RetentionOutcome = { removed: 0, bytes: 0 };
    const wanted = await this.#missingSpace(rules());
    if (wanted <= 0) return outcome;
    const before = await this.#freeBytes();
    if (this.#stuckAt !== undefined && before <= this.#stuckAt) return outcome;
    this.#stuckAt = undefined;
    log.warn('The disk has less free space than the rule asks for.', { free: before, missing: wanted });
    let freed = await this.#emptyTrash(wanted);
    const refused = new Set<string>();
    const ignored: Kept = { locked: 0, others: 0 };
    while (freed < wanted && !this.#stop.signal.aborted) {
      const stillMissing = Math.min(wanted - freed, await this.#missingSpace(rules()));
      const batch: Planned[] = [];
      for await (const planned of oldestFor(stillMissing, root(), this.#plan(rules()), ignored, refused)) {
        batch.push(planned);
        if (batch.length === BATCH) break;
      }
      if (batch.length === 0) break;
      const done = await this.#remove(batch, refused);
      freed += done.bytes;
      outcome = sum(outcome, done);
    }
    const after = await this.#freeBytes();
    if (freed > 0 && after - before < freed * LEAST_SHARE_FREED) {
      // A snapshot, or a program that writes as fast as this deletes: going on would cost everything and gain nothing.
      this.#stuckAt = after + Math.round(freed * LEAST_SHARE_FREED);
      onProblem(
        'Recordings were deleted for want of space, but the disk has no more space than before: something else holds or takes it, such as a snapshot. Nothing more is deleted until there is more.',
      );
    } else if (freed < wanted && (await this.#missingSpace(rules())) > 0) {
      onProblem('The disk has less free space than you asked for, and there is nothing more that may be deleted.');
    }
    return outcome;
  }

  /** Removes the oldest of the trash until it makes `wanted` bytes; returns how many it made. */
  async #emptyTrash(wanted: number): Promise<number> {
    const { library, root, trash, onTrashChanged } = this.#ports;
    let freed = 0;
    const failed = new Set<string>();
    while (freed < wanted && !this.#stop.signal.aborted) {
      const page = library().keeping.oldestTrash(root(), 1 + failed.size);
      const next = page.find(({ recording }) => !failed.has(recording.id));
      if (!next) break;
      const { bytes, removed } = await trash.purge([next]);
      if (removed === 0) failed.add(next.recording.id);
      freed += bytes;
    }
    if (freed > 0) onTrashChanged();
    return freed;
  }

  /** Those that cannot be deleted go into `stay`. */
  async #remove(batch: readonly Planned[], stay = new Set<string>()): Promise<RetentionOutcome> {
    const { trash, onRemoved, log } = this.#ports;
    let outcome: RetentionOutcome = { removed: 0, bytes: 0 };
    for (const reason of ['age', 'size', 'space'] as const) {
      const ids = batch.filter((planned) => planned.reason === reason).map(({ id }) => id);
      if (ids.length === 0) continue;
      const { removed, refused } = await trash.remove(ids, reason);
      for (const { id, message } of refused) {
        stay.add(id);
        log.warn('A rule would delete a recording, but it stays.', { id, why: message });
      }
      if (removed.length > 0) onRemoved(removed);
      const bytes = removed.reduce((total, { recording }) => total + recording.bytes, 0);
      outcome = sum(outcome, { removed: removed.length, bytes });
    }
    return outcome;
  }

  /** Bytes that the rule for free space lacks; 0 when there is none or the folder cannot be asked. */
  async #missingSpace({ minFreeBytes }: Retention): Promise<number> {
    if (minFreeBytes === undefined || !(await this.#ports.fileSystem.stat(this.#ports.root()))) return 0;
    return Math.max(0, minFreeBytes - (await this.#freeBytes()));
  }

  #freeBytes(): Promise<number> {
    return this.#ports.fileSystem.freeBytes(this.#ports.root());
  }

  #plan(rules: Retention): PlanOptions {
    const { library, clock, trash } = this.#ports;
    const { keeping } = library();
    return {
      keeping,
      rules,
      now: clock.now(),
      isVetoed: (id) => {
        const recording = keeping.recording(id);
        return recording === undefined || trash.refusal(recording) !== undefined;
      },
    };
  }

  #described(planned: readonly Planned[]): PlannedRemoval[] {
    const { keeping } = this.#ports.library();
    return planned.flatMap(({ id, reason, at }) => {
      const recording = keeping.recording(id);
      return recording ? [{ recording, reason, at }] : [];
    });
  }
}

const sum = (one: RetentionOutcome, other: RetentionOutcome): RetentionOutcome => ({
  removed: one.removed + other.removed,
  bytes: one.bytes + other.bytes,
});

async function* inBatches(planned: AsyncIterable<Planned>): AsyncGenerator<Planned[]> {
  let batch: Planned[] = [];
  for await (const one of planned) {
    batch.push(one);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
