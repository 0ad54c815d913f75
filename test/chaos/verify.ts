import { account, lengthOfSpan, type Span } from '../support/accounting.ts';
import type { Kill } from './faults.ts';
import { checkFile, listFiles } from './fileChecks.ts';
import { type LedgerState, ofSource, readLedger } from './readLedger.ts';
import type { ArmedInput, RoundRecord } from './round.ts';
import { checkNumbers, connectionsOf, type Part } from './seams.ts';
import { matchStation } from './stationProof.ts';
import { trueTime } from './trueTime.ts';

/** What the files and the ledger of a round say, held against what happened. */
export interface Verdict {
  readonly failures: readonly string[];
  readonly filesChecked: number;
  readonly armedSeconds: number;
  readonly capturedSeconds: number;
  /** Gaps in the ledger, seconds by cause. */
  readonly lostByCause: Readonly<Record<string, number>>;
  /** Armed and in neither a file nor a gap, seconds; beyond what is tolerated. */
  readonly unaccountedSeconds: number;
  /** In more than one recording or gap: what servers send again at a connection. */
  readonly countedTwiceSeconds: number;
  /** From arming to the first sample, of the slowest source. */
  readonly slowestOpeningSeconds: number;
  /** Captured before a kill and not on disk, of the worst source. */
  readonly worstKillSeconds: number;
}

/**
 * Two instants that mean the same may differ by this: cards are read in blocks of up to 100 ms, and their crystals are
 * not the computer's.
 */
const TOLERANCE_MS = 150;
/**
 * When a stream's audio was captured is only known from its arrival, and servers send in pieces. Between recordings of
 * one connection, whose bytes are proven to follow each other, their times may be off by this.
 */
const ARRIVAL_MS = 1000;
/** A source that is armed is opened first; a card or server has this long for it. */
const OPENING_MS = 3000;
/** What a card or server has not handed over yet when it is disarmed. */
const ENDING_MS = 1000;
/** A page of Ogg may hold a second, and the last one may be on its way. */
const STATION_ENDING_MS = 2000;
/** What a server sends of the time before the connection, at most: its burst, at the bitrate of the stations. */
const BURST_MS = 5500;
const MOST_PER_KILL_MS = 1000;
/** A page of Ogg may hold a second, and just be arriving; and how much was passed on is estimated from its bytes. */
const STATION_KILL_MS = 250;
/** A computer that is held up for longer gives audio late to whoever records, and some of it never. */
const STARVED_MS = 250;
const MOST_MEMORY_MIB = 512;
const AT_ONCE = 2;
/** Headers, and less than one frame of FLAC. */
const BARREN_BYTES = 32 * 1024;
/** Each try on a full disk may leave a part of a line; the whole line is written afterwards. */
const MOST_TORN_LINES = 20;

export async function verify(record: RoundRecord): Promise<Verdict> {
  const failures: string[] = record.failure === undefined ? [] : [record.failure];
  const state = await readLedger(record.recordings);
  const torn = record.kills.length + (record.faults.some(({ kind }) => kind === 'disk full') ? MOST_TORN_LINES : 0);
  if (state.unreadable > torn) failures.push(`ledger: ${state.unreadable} lines cannot be read`);
  failures.push(...(await checkPresence(record, state)));
  for (const [role, peak] of Object.entries(record.memory)) {
    if (peak > MOST_MEMORY_MIB) failures.push(`${role} took ${peak} MiB`);
  }
  const parts = await checkFiles(record, state, failures);
  const tally = { opening: 0, unaccounted: 0, twice: 0, worstKill: 0 };
  for (const armed of record.armed) {
    const name = armed.input.draft.name;
    const mine = parts.filter(({ recording }) => recording.sourceId === armed.id);
    const times = new SourceTimes(record, armed, state);
    failures.push(...times.problems);
    const found = times.account();
    tally.opening = Math.max(tally.opening, found.opening);
    tally.unaccounted += found.unaccounted;
    tally.twice += found.twice;
    failures.push(...found.problems);
    failures.push(...checkCauses(record, armed, state));
    const lost = await checkAudio(record, armed, mine, times);
    tally.worstKill = Math.max(tally.worstKill, lost.worstKill);
    failures.push(...lost.problems.map((problem) => `${name}: ${problem}`));
  }
  return {
    failures,
    filesChecked: parts.length,
    armedSeconds: seconds(record.armed.reduce((sum, { armedAt, disarmedAt }) => sum + disarmedAt - armedAt, 0)),
    capturedSeconds: seconds(parts.reduce((sum, { recording }) => sum + durationOf(recording), 0)),
    lostByCause: lostByCause(state),
    unaccountedSeconds: seconds(tally.unaccounted),
    countedTwiceSeconds: seconds(tally.twice),
    slowestOpeningSeconds: seconds(tally.opening),
    worstKillSeconds: seconds(tally.worstKill),
  };
}

/** Every file is in the ledger, and every finished recording is a file of its own. */
async function checkPresence(record: RoundRecord, { recordings, gaps }: LedgerState): Promise<string[]> {
  const files = new Set(await listFiles(record.recordings));
  const listed = recordings.map(({ path }) => path);
  return [
    ...listed.filter((path) => !files.has(path)).map((path) => `${path} is in the ledger and not on disk`),
    ...[...files].filter((path) => !listed.includes(path)).map((path) => `${path} is on disk and not in the ledger`),
    ...listed.filter((path, index) => listed.indexOf(path) !== index).map((path) => `${path} is used twice`),
    ...recordings
      .filter((recording) => recording.state === 'recording' || (recording.state === 'damaged' && !isBarren(recording)))
      .map(({ path, state }) => `${path} is left as "${state}"`),
    ...gaps.filter(({ to }) => to === undefined).map(({ sourceName }) => `${sourceName} has a gap that does not end`),
  ];
}

/** A file that was opened just before a kill holds nothing that could be played; its time is in the gap. */
function isBarren({ samples, bytes }: LedgerState['recordings'][number]): boolean {
  return samples === 0 && bytes < BARREN_BYTES;
}

async function checkFiles(record: RoundRecord, state: LedgerState, failures: string[]): Promise<Part[]> {
  const finished = state.recordings
    .filter(({ state: now }) => now === 'complete' || now === 'repaired')
    // A clock that is set back makes later recordings look older; the order of opening is that of the ledger.
    .map((recording) => ({ recording }));
  const parts: Part[] = [];
  const rest = [...finished.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      const [index, { recording }] = next;
      const report = await checkFile(record.recordings, recording);
      failures.push(...report.problems.map((problem) => `${recording.path}: ${problem}`));
      parts[index] = { recording, report };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return parts;
}

/** By how much more times may be off on a computer that was held up. */
function slackOf({ starvedMs }: RoundRecord): number {
  return starvedMs > STARVED_MS ? starvedMs : 0;
}

/** Gaps have a cause that happened, and none is there without one. */
function checkCauses({ faults, starvedMs }: RoundRecord, { id, input }: ArmedInput, state: LedgerState): string[] {
  const { gaps, recordings } = ofSource(state, id);
  const allowed = new Set<string>(['starting', ...faults.flatMap((fault) => fault.causes(input))]);
  if (starvedMs > STARVED_MS) allowed.add('too slow');
  // Those who play to the stations were held up, too.
  if (starvedMs > STARVED_MS && input.station) allowed.add('stream lost');
  const problems = gaps
    .filter(({ cause }) => !allowed.has(cause))
    .map(({ cause, detail }) => `${input.draft.name}: a gap of cause "${cause}" that nobody made: ${detail}`);
  const connections = recordings.filter(({ seam }) => seam === 'first').length;
  if (connections > 1 && starvedMs <= STARVED_MS && !faults.some((fault) => fault.breaks(input))) {
    problems.push(`${input.draft.name}: ${connections} connections although nothing happened to it`);
  }
  return problems;
}

async function checkAudio(
  record: RoundRecord,
  { input }: ArmedInput,
  parts: readonly Part[],
  times: SourceTimes,
): Promise<{ problems: string[]; worstKill: number }> {
  const { card, station } = input;
  const problems: string[] = [];
  let worstKill = 0;
  const lose = (kill: Kill, ms: number): void => {
    worstKill = Math.max(worstKill, ms);
    if (ms > MOST_PER_KILL_MS + (station ? STATION_KILL_MS : 0) + slackOf(record))
      problems.push(`${Math.round(ms)} ms lost when ${kill.what} was killed`);
  };
  const connections = connectionsOf(parts);
  if (card) {
    for (const connection of connections) problems.push(...checkNumbers(connection, card.format));
    for (const kill of record.kills) lose(kill, times.missingBefore(kill.at));
  }
  if (station) {
    for (const connection of connections) {
      const matched = await matchStation(record.recordings, connection, station.proxy.connections);
      problems.push(...matched.problems);
      const kill = times.killThatEnds(connection);
      if (kill) lose(kill, matched.missingAtEnd(kill.at));
    }
  }
  return { problems, worstKill };
}

function lostByCause({ gaps }: LedgerState): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { cause, from, to } of gaps) sums[cause] = (sums[cause] ?? 0) + seconds((to ?? from) - from);
  return Object.fromEntries(Object.entries(sums).map(([cause, sum]) => [cause, round(sum)]));
}

const seconds = (ms: number): number => round(ms / 1000);
const round = (value: number): number => Math.round(value * 1000) / 1000;

function durationOf({ samples, format }: Part['recording']): number {
  return (samples * 1000) / format.sampleRate;
}

/** Where the recordings and gaps of a source are in true time. */
class SourceTimes {
  readonly problems: string[] = [];
  readonly #armed: ArmedInput;
  readonly #kills: readonly Kill[];
  readonly #slack: number;
  readonly #recordings: (Span & { readonly path: string; readonly first: boolean })[];
  readonly #gaps: (Span & { readonly cause: string })[];

  constructor(record: RoundRecord, armed: ArmedInput, state: LedgerState) {
    this.#armed = armed;
    this.#kills = record.kills;
    this.#slack = slackOf(record);
    const { recordings, gaps } = ofSource(state, armed.id);
    const told = (label: number, what: string): number => {
      const at = trueTime(record.clock, label);
      if (at === undefined) this.problems.push(`${what}: its time ${new Date(label).toISOString()} never was`);
      return at ?? label;
    };
    this.#recordings = recordings
      .filter(({ state: now }) => now !== 'damaged')
      .map((recording) => {
        const from = told(recording.startedAt, recording.path);
        return { from, to: from + durationOf(recording), path: recording.path, first: recording.seam === 'first' };
      });
    this.#gaps = gaps.map(({ from, to, cause, sourceName }) => {
      const what = `${sourceName}: a gap (${cause})`;
      const end = told(to ?? from, what);
      // A gap has both its ends on one clock, that of its end.
      return { from: end - ((to ?? from) - from), to: end, cause };
    });
  }

  account(): { problems: string[]; opening: number; unaccounted: number; twice: number } {
    const { armedAt, disarmedAt, input } = this.#armed;
    const whole = { from: armedAt, to: disarmedAt };
    const { holes, overlaps } = account(whole, [...this.#recordings, ...this.#gaps]);
    const opening = holes.find(({ from }) => from === armedAt);
    const bad = holes.filter((hole) => lengthOfSpan(hole) > this.#tolerated(hole) + this.#slack);
    const tell = (span: Span, what: string): string =>
      `${input.draft.name}: ${Math.round(lengthOfSpan(span))} ms ${what} at ${new Date(span.from).toISOString()}`;
    return {
      problems: [
        ...bad.map((hole) => tell(hole, 'are in no file and no gap')),
        ...overlaps.filter((span) => !this.#mayOverlap(span)).map((span) => tell(span, 'are counted twice')),
      ],
      opening: opening ? lengthOfSpan(opening) : 0,
      unaccounted: bad.reduce((sum, hole) => sum + lengthOfSpan(hole), 0),
      twice: overlaps.reduce((sum, overlap) => sum + lengthOfSpan(overlap), 0),
    };
  }

  /** Audio of before `at` that no file has, ms, of a source that was recording then. */
  missingBefore(at: number): number {
    if (this.#gaps.some(({ from, to, cause }) => cause !== 'crash' && from < at && to > at)) return 0;
    const ends = this.#recordings.filter(({ from }) => from < at).map(({ to }) => to);
    return Math.max(0, at - Math.max(...ends));
  }

  /** The kill that a connection's end is due to. */
  killThatEnds(connection: readonly Part[]): Kill | undefined {
    const last = this.#recordings.find(({ path }) => path === connection.at(-1)?.recording.path);
    const next = this.#recordings.filter(({ from, first }) => first && last && from > last.from);
    const until = Math.min(...next.map(({ from }) => from + BURST_MS), this.#armed.disarmedAt);
    return this.#kills.find(({ at }) => last && at > last.from && at < until);
  }

  #tolerated({ from, to }: Span): number {
    if (from === this.#armed.armedAt) return OPENING_MS;
    if (to === this.#armed.disarmedAt) return this.#armed.input.station ? STATION_ENDING_MS : ENDING_MS;
    return this.#isSeam(to) ? ARRIVAL_MS : TOLERANCE_MS;
  }

  /** A recording of a stream begins there that goes on with its connection. */
  #isSeam(at: number): boolean {
    return this.#armed.input.station !== undefined && this.#recordings.some(({ from, first }) => !first && from === at);
  }

  /**
   * A server's burst is audio of before the connection, so the connection before may have it, too; and on a busy
   * computer a burst, or the first block of a card, comes so late that it is taken for audio of later. Both are told as
   * time counted twice; that no audio is there twice is proven from the audio itself.
   */
  #mayOverlap(span: Span): boolean {
    return lengthOfSpan(span) <= (this.#armed.input.station ? BURST_MS : ARRIVAL_MS) + this.#slack;
  }
}
