import type { Handlers } from '../../shared/contract/handlers.ts';
import { DAY_MS, type RemovalReason } from '../../shared/domain/retention.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { StudioParts } from './studio.ts';

type Names =
  | 'library.coverage'
  | 'library.verifySeams'
  | 'recordings.lock'
  | 'recordings.delete'
  | 'trash.list'
  | 'trash.restore'
  | 'trash.empty'
  | 'retention.preview'
  | 'retention.run';

/** Recordings that are deleted or restored in one go. */
const BATCH = 32;

/** What a person can ask about what is kept, what is missing, and what is deleted. */
export function keepingHandlers({ ports, events, library, keeping }: StudioParts): Handlers<Names> {
  const { trash, retention, ledger } = keeping;

  const lock = (id: RecordingId, locked: boolean): void => {
    const recording = library().recording(id);
    if (!recording) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
    library().keeping.setLocked(id, locked);
    ledger.write(recording.root, { type: 'locked', at: ports.clock.now(), recordingId: id, locked });
    events.emit('recordings.changed', { ...recording, locked });
  };

  return {
    'library.coverage': ({ from, to }) =>
      library().coverage.coverage({ from, to, now: ports.clock.now(), live: (id) => keeping.live(id) }),
    'library.verifySeams': (period) => library().seams.run(period),

    'recordings.lock': async ({ ids, locked }) => {
      for (const batch of batches(ids)) {
        for (const id of batch) lock(id, locked);
        await ledger.flushed();
      }
    },
    'recordings.delete': async ({ ids }) => {
      const refused = [];
      let count = 0;
      for (const batch of batches(ids)) {
        const done = await trash.remove(batch, 'person');
        refused.push(...done.refused);
        count += done.removed.length;
        if (done.removed.length > 0) keeping.announce(done.removed);
      }
      return { removed: count, refused };
    },

    'trash.list': ({ offset, limit }) => {
      const keepMs = ports.settingsStore.read().settings.trashDays * DAY_MS;
      const items = library().keeping.trash(offset, limit);
      return {
        items: items.map(({ recording, removedAt, reason }) => ({
          recording,
          removedAt,
          reason,
          until: removedAt + keepMs,
        })),
        ...library().keeping.trashTotals(),
      };
    },
    'trash.restore': async ({ ids }) => {
      const restored = [];
      const refused = [];
      for (const batch of batches(ids)) {
        const byRule = new Set(batch.filter((id) => isByRule(library().keeping.removed(id)?.reason)));
        const done = await trash.restore(batch);
        for (const recording of done.restored) {
          // The rule that deleted it would do so again within the hour.
          const locked = recording.locked === true || byRule.has(recording.id);
          if (byRule.has(recording.id)) lock(recording.id, true);
          else events.emit('recordings.changed', recording);
          restored.push({ ...recording, locked });
        }
        await ledger.flushed();
        refused.push(...done.refused);
      }
      events.emit('trash.changed', {});
      return { restored, refused };
    },
    'trash.empty': async ({ ids }) => {
      const { keeping: store } = library();
      const chosen = ids?.flatMap((id) => store.removed(id) ?? []) ?? store.oldestTrash(undefined, -1);
      let removed = 0;
      let bytes = 0;
      for (const batch of batches(chosen)) {
        const done = await trash.purge(batch);
        removed += done.removed;
        bytes += done.bytes;
      }
      events.emit('trash.changed', {});
      return { removed, bytes };
    },

    'retention.preview': ({ retention: rules }) =>
      retention.preview(rules ?? ports.settingsStore.read().settings.retention),
    'retention.run': async () => {
      if (library().isRescanning) {
        throw new LongtakeError('CONFLICT', 'The recordings folder is being scanned. Try again when that is done.');
      }
      return retention.run();
    },
  };
}

const isByRule = (reason: RemovalReason | undefined): boolean => reason !== undefined && reason !== 'person';

function* batches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
