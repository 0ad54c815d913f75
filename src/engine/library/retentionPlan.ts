import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_UPCOMING } from '../../shared/domain/removal.ts';
import { DAY_MS, type RemovalReason, type Retention } from '../../shared/domain/retention.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { CandidateRow, KeepingStore, Position } from './keepingStore.ts';
import { isRecordersId } from './stableId.ts';

export interface Planned {
  readonly id: RecordingId;
  readonly reason: Exclude<RemovalReason, 'person'>;
  readonly bytes: number;
  readonly root: string;
  /** When it is due, ms since 1970 UTC; not before now. */
  readonly at: number;
}

export interface PlanOptions {
  readonly keeping: KeepingStore;
  readonly rules: Retention;
  /** ms since 1970 UTC. */
  readonly now: number;
  /** Says whether somebody else needs it: an upload, a player. Locked ones and those in progress never come here. */
  isVetoed(id: RecordingId): boolean;
}

/** What a walk met that the rules would delete and that stays. */
export interface Kept {
  locked: number;
  others: number;
}

/** Longest piece of work between two turns of the event loop, ms. */
const SLICE_MS = 3;
/** How many recordings are looked at for what comes after what is due. */
const LOOK_AHEAD = 2000;

/** Stands for all sources without a rule of their own. */
const EVERYONE = '';

interface Limits {
  readonly maxAgeMs: number;
  readonly maxTotalBytes: number;
}

/** True when some rule may delete something. */
export function isActive(rules: Retention): boolean {
  const { maxAgeDays, maxTotalBytes, minFreeBytes, sources = {} } = rules;
  return [
    maxAgeDays,
    maxTotalBytes,
    minFreeBytes,
    ...Object.values(sources).flatMap((own) => [own.maxAgeDays, own.maxTotalBytes]),
  ].some((limit) => limit !== undefined);
}

/**
 * What is older than the rules allow, or more than they allow, oldest first. Reads the list page by page, with everything
 * else running in between. Without changes to the list meanwhile, each recording comes at most once.
 */
export async function* dueByRules(options: PlanOptions, kept: Kept): AsyncGenerator<Planned> {
  const { rules, now } = options;
  const totals = hasTotals(rules) ? await totalsOf(options) : new Map<string, number>();
  const lastDue = now - shortestAge(rules);
  for await (const row of walk(options.keeping)) {
    if (row.startedAt > lastDue && !isAnyOver(totals, rules)) return;
    const group = groupOf(row, rules);
    const { maxAgeMs, maxTotalBytes } = limitsOf(group, rules);
    const tooOld = now - row.endedAt >= maxAgeMs;
    const total = totals.get(group) ?? 0;
    if (!tooOld && total <= maxTotalBytes) continue;
    if (!mayGo(row, options, kept)) continue;
    totals.set(group, total - row.bytes);
    yield { ...row, id: row.id as RecordingId, reason: tooOld ? 'age' : 'size', at: now };
  }
}

/** The oldest recordings below `root`, until they make `bytes`. `taken` are to be deleted anyway. */
export async function* oldestFor(
  bytes: number,
  root: string,
  options: PlanOptions,
  kept: Kept,
  taken: ReadonlySet<string> = new Set(),
): AsyncGenerator<Planned> {
  let wanted = bytes;
  if (wanted <= 0) return;
  for await (const row of walk(options.keeping)) {
    // On another disk it would free nothing here.
    if (row.root !== root || taken.has(row.id) || options.rules.sources?.[row.sourceId]?.keep === true) continue;
    if (!mayGo(row, options, kept)) continue;
    wanted -= row.bytes;
    yield { ...row, id: row.id as RecordingId, reason: 'space', at: options.now };
    if (wanted <= 0) return;
  }
}

/** The next that come of age, soonest first, at most {@link MAX_UPCOMING}. */
export async function upcoming(options: PlanOptions, taken: ReadonlySet<string>): Promise<Planned[]> {
  const { rules, now } = options;
  const found: Planned[] = [];
  const ignored: Kept = { locked: 0, others: 0 };
  let looked = 0;
  if (shortestAge(rules) === Infinity) return [];
  for await (const row of walk(options.keeping)) {
    const { maxAgeMs } = limitsOf(groupOf(row, rules), rules);
    const at = row.endedAt + maxAgeMs;
    if (taken.has(row.id) || at <= now) continue;
    looked += 1;
    if (looked > LOOK_AHEAD) break;
    if (at < Infinity && mayGo(row, options, ignored))
      found.push({ ...row, id: row.id as RecordingId, reason: 'age', at });
  }
  return found.toSorted((a, b) => a.at - b.at).slice(0, MAX_UPCOMING);
}

/** Longtake wrote it, nobody locked it, nobody writes or needs it. */
function mayGo(row: CandidateRow, { isVetoed }: PlanOptions, kept: Kept): boolean {
  if (row.locked === 1) kept.locked += 1;
  else if (row.state === 'recording' || !isRecordersId(row.id) || isVetoed(row.id as RecordingId)) kept.others += 1;
  else return true;
  return false;
}

async function* walk(keeping: KeepingStore): AsyncGenerator<CandidateRow> {
  let after: Position | undefined;
  let sliceEnds = performance.now() + SLICE_MS;
  for (;;) {
    const page = keeping.candidates(after);
    for (const row of page) {
      yield row;
      // What is done with a row counts, too.
      if (performance.now() < sliceEnds) continue;
      await nextTurn();
      sliceEnds = performance.now() + SLICE_MS;
    }
    after = page.at(-1);
    if (!after) return;
  }
}

async function totalsOf({ keeping, rules }: PlanOptions): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for await (const row of walk(keeping)) {
    const group = groupOf(row, rules);
    totals.set(group, (totals.get(group) ?? 0) + row.bytes);
  }
  return totals;
}

const groupOf = ({ sourceId }: CandidateRow, { sources }: Retention): string =>
  sources?.[sourceId] === undefined ? EVERYONE : sourceId;

function limitsOf(group: string, rules: Retention): Limits {
  const own = group === EVERYONE ? rules : rules.sources?.[group];
  if (!own || ('keep' in own && own.keep === true)) return { maxAgeMs: Infinity, maxTotalBytes: Infinity };
  return {
    maxAgeMs: own.maxAgeDays === undefined ? Infinity : own.maxAgeDays * DAY_MS,
    maxTotalBytes: own.maxTotalBytes ?? Infinity,
  };
}

const groupsOf = (rules: Retention): string[] => [EVERYONE, ...Object.keys(rules.sources ?? {})];

const hasTotals = (rules: Retention): boolean =>
  groupsOf(rules).some((group) => limitsOf(group, rules).maxTotalBytes < Infinity);

const shortestAge = (rules: Retention): number =>
  Math.min(...groupsOf(rules).map((group) => limitsOf(group, rules).maxAgeMs));

const isAnyOver = (totals: ReadonlyMap<string, number>, rules: Retention): boolean =>
  [...totals].some(([group, total]) => total > limitsOf(group, rules).maxTotalBytes);
