import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Marker, Section, Verdict } from '../../shared/domain/section.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { dayAt, millis, type RecordingId, recordingId, type SectionId, type SourceId } from '../../shared/units.ts';
import type { Library } from '../library/library.ts';
import type { Found } from '../library/sectionStore.ts';
import type { LedgerWriter } from '../library/trash.ts';
import type { VerdictEntry } from '../library/verdictStore.ts';
import type { Emitter } from './emitter.ts';
import type { StudioPorts } from './studio.ts';

export interface ReviewPorts extends Pick<StudioPorts, 'clock' | 'settingsStore'> {
  readonly events: Emitter;
  readonly library: () => Library;
  readonly ledger: LedgerWriter;
}

/** Sections that get a verdict between two turns of the event loop. */
const BATCH = 50;
/** Batches until the ledger is waited for: what waits there is bounded. */
const FLUSH_EVERY = 20;

type Remarked = Pick<Section, 'verdict' | 'label' | 'note'>;

/** What was found in recordings, and what a person says of it. All of the latter is told to the ledgers, too. */
export class Review {
  readonly #ports: ReviewPorts;

  constructor(ports: ReviewPorts) {
    this.#ports = ports;
  }

  /**
   * Puts what was found in these recordings in place of what was known of them, in one transaction, and tells every
   * face. A few dozen recordings at a time keep everything else running. Throws what the database's disk does.
   */
  replaceSections(found: readonly Found[]): void {
    this.#ports.library().sections.replaceSections(found);
    for (const { recording } of found) {
      const { id, sourceId, day } = recording;
      this.#ports.events.emit('sections.changed', { recordingId: id, sourceId, day });
    }
  }

  sections(id: RecordingId): readonly Section[] {
    return this.#ports.library().sections.of(this.#recording(id));
  }

  /** Undefined takes it back. Sections that are not there any more are left out; NOT_FOUND when none is. */
  async setVerdict(ids: readonly SectionId[], verdict: Verdict | undefined): Promise<void> {
    const { events, ledger } = this.#ports;
    const found: SectionId[] = [];
    const recordings = new Map<string, Recording | undefined>();
    for (let start = 0, batch = 1; start < ids.length; start += BATCH, batch += 1) {
      for (const id of ids.slice(start, start + BATCH)) {
        const section = this.#find(id, recordings);
        if (!section) continue;
        this.#remark(section, ({ label, note }) => ({ verdict, label, note }));
        found.push(id);
      }
      if (batch % FLUSH_EVERY === 0) await ledger.flushed();
      await nextTurn();
    }
    await ledger.flushed();
    if (found.length === 0) throw gone();
    events.emit('verdicts.changed', { ids: found, verdict: verdict ?? null });
  }

  /** An empty text removes the label, or the note; undefined leaves it. */
  async setNote(id: SectionId, { label, note }: Pick<Remarked, 'label' | 'note'>): Promise<Section> {
    const { events, ledger } = this.#ports;
    const section = this.#find(id);
    if (!section) throw gone();
    this.#remark(section, (before) => ({
      verdict: before.verdict,
      label: label === undefined ? before.label : label || undefined,
      note: note === undefined ? before.note : note || undefined,
    }));
    await ledger.flushed();
    const changed = this.#find(id) ?? section;
    events.emit('verdicts.changed', { ids: [id], verdict: changed.verdict ?? null });
    return changed;
  }

  markers(from: number, to: number, sourceId?: SourceId): readonly Marker[] {
    return this.#ports.library().markers.list(from, to, sourceId);
  }

  /** `at`: ms since 1970 UTC. */
  async addMarker(at: number, label: string, sourceId?: SourceId): Promise<Marker> {
    const marker = {
      id: randomUUID(),
      at,
      label,
      ...(sourceId === undefined ? {} : { sourceId }),
      day: this.#dayOf(at),
    };
    await this.#saveMarker(marker, this.#rootFor(sourceId, at), false);
    return marker;
  }

  /** NOT_FOUND when it was removed. */
  async updateMarker(id: string, label: string, at: number | undefined): Promise<Marker> {
    const { marker, root, changedAt } = this.#marker(id);
    const changed = { ...marker, label, ...(at === undefined ? {} : { at, day: this.#dayOf(at) }) };
    await this.#saveMarker(changed, root, false, changedAt);
    return changed;
  }

  /** NOT_FOUND when it was removed. */
  async removeMarker(id: string): Promise<void> {
    const { marker, root, changedAt } = this.#marker(id);
    await this.#saveMarker(marker, root, true, changedAt);
  }

  /**
   * Writes what is said of every instant of a section that something was said of, and of its peak: another detection
   * may make several of it.
   */
  #remark(section: Section & { readonly root: string }, change: (before: Remarked) => Remarked): void {
    const { clock, library, ledger } = this.#ports;
    const { verdicts } = library();
    const { sourceId, peakAt } = section;
    const remarks = verdicts.between(sourceId, section.from, section.to);
    const all = remarks.some((remark) => remark.peakAt === peakAt)
      ? remarks
      : [...remarks, { peakAt, verdict: section.verdict, label: section.label, note: section.note }];
    const now = clock.now();
    const entries = all.map((remark): VerdictEntry => {
      const said = defined(change(remark.peakAt === peakAt ? section : remark));
      // A clock that was set back must not make this line older than the one before.
      const at = Math.max(now, (verdicts.changedAt(sourceId, remark.peakAt) ?? -1) + 1);
      return { type: 'verdict', at, sourceId, peakAt: remark.peakAt, ...said };
    });
    verdicts.saveAll(entries);
    for (const entry of entries) ledger.write(section.root, entry);
  }

  #find(
    id: SectionId,
    known = new Map<string, Recording | undefined>(),
  ): (Section & { readonly root: string }) | undefined {
    const { library } = this.#ports;
    const [owner = '', first = ''] = id.split(':');
    if (!known.has(owner)) known.set(owner, library().recording(recordingId(owner)));
    const recording = known.get(owner);
    const section = recording && library().sections.find(recording, [Number(first)])[0];
    return section && { ...section, root: recording.root };
  }

  #recording(id: RecordingId): Recording {
    const found = this.#ports.library().recording(id);
    if (!found) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
    return found;
  }

  #marker(id: string) {
    const found = this.#ports.library().markers.find(id);
    if (!found) throw new LongtakeError('NOT_FOUND', 'This marker does not exist any more.');
    return found;
  }

  async #saveMarker(marker: Marker, root: string, removed: boolean, changedAt = -1): Promise<void> {
    const { clock, library, ledger, events } = this.#ports;
    const at = Math.max(clock.now(), changedAt + 1);
    const entry = { type: 'marker', at, marker, ...(removed ? { removed } : {}) } as const;
    library().markers.save(entry, root);
    ledger.write(root, entry);
    await ledger.flushed();
    events.emit('markers.changed', { marker, removed });
  }

  /** The folder of the recordings that it is about. */
  #rootFor(sourceId: SourceId | undefined, at: number): string {
    const { library, settingsStore } = this.#ports;
    const recording = sourceId === undefined ? undefined : library().recordingBefore(sourceId, at);
    return recording?.root ?? resolve(settingsStore.read().settings.recordingsFolder);
  }

  #dayOf(at: number) {
    return dayAt(at, this.#ports.clock.offsetMinutes(millis(at)));
  }
}

/** Without what is undefined, as lines of the ledger have it. */
function defined({ verdict, label, note }: Remarked): Remarked {
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(label === undefined ? {} : { label }),
    ...(note === undefined ? {} : { note }),
  };
}

function gone(): LongtakeError {
  return new LongtakeError('NOT_FOUND', 'This section does not exist any more. It may have been detected anew.');
}
