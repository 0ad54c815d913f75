import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText } from '../../src/shared/errors.ts';
import { type Fault, type FaultKind, faultKinds, makeFault, type Severity } from './faults.ts';
import { Random } from './random.ts';
import { type Programs, type RoundRecord, runRound } from './round.ts';
import { type Verdict, verify } from './verify.ts';
import { World } from './world.ts';

export interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly severity: Severity;
  readonly programs: Programs;
  /** Where the files of failed rounds are kept; absolute. */
  readonly keep: string;
  /** Told line by line, for people who watch. */
  readonly tell: (line: string) => void;
  /** Told what must be stopped should this process have to end early. */
  readonly onWorld?: (world: World) => void;
  /** In place of chance: what happens in each round. */
  readonly kinds?: readonly (readonly FaultKind[])[];
}

/** The one line of JSON that a run ends with. */
export interface ChaosReport {
  readonly rounds: number;
  readonly seed: number;
  readonly sources: { readonly cards: number; readonly streams: number };
  /** Of what the recordings folder is: `ext4`, or why it is no disk of its own, and so is neither filled nor hung. */
  readonly disk: string;
  readonly faults: Readonly<Record<string, number>>;
  readonly armedSeconds: number;
  readonly capturedSeconds: number;
  /** In more than one recording: what servers send again at each connection. */
  readonly countedTwiceSeconds: number;
  readonly lostSeconds: {
    /** In the ledger, by cause. */
    readonly accounted: Readonly<Record<string, number>>;
    readonly unaccounted: number;
    readonly worstPerKill: number;
    readonly slowestOpening: number;
  };
  readonly filesChecked: number;
  /** For so long, at worst, the computer was held up by something else. */
  readonly starvedSeconds: number;
  /** Peak of resident memory by process, MiB. */
  readonly memoryMiB: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** Runs rounds of trouble. Rejects only when the trouble itself cannot be made. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { rounds, seed, tell } = options;
  const world = await World.start();
  options.onWorld?.(world);
  if (world.whyNoDisk !== undefined)
    tell(`No file system can be mounted, so none is filled or hung: ${world.whyNoDisk}`);
  try {
    const deck = new Deck(seed);
    const done: { record: RoundRecord; verdict: Verdict }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const faults = plan(options, world, deck, round);
      tell(`Round ${round} of ${rounds}: ${faults.map(({ story }) => story).join('; ')}`);
      done.push(await oneRound(options, world, faults, round));
    }
    return report(options, world, done);
  } finally {
    await world.stop();
  }
}

/** Deals kinds of faults so that all have come before one comes again. */
class Deck {
  readonly #random: Random;
  #cards: FaultKind[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed, 0);
  }

  deal(): FaultKind {
    if (this.#cards.length === 0) this.#cards = this.#random.shuffled(faultKinds);
    const [card] = this.#cards.splice(0, 1);
    if (card === undefined) throw new Error('The deck is empty.');
    return card;
  }
}

/** One to three faults that do not get in each other's way. */
function plan({ seed, severity, kinds }: ChaosOptions, world: World, deck: Deck, round: number): Fault[] {
  const random = new Random(seed, round);
  const wanted = kinds?.[round - 1] ?? Array.from({ length: random.whole(1, 3) }, () => deck.deal());
  const faults: Fault[] = [];
  for (const kind of wanted) {
    const fault = makeFault(kind, world, random, severity);
    if (!fault) continue;
    if (!fault.needs.some((need) => faults.some((other) => other.needs.includes(need)))) faults.push(fault);
  }
  return faults;
}

async function oneRound(
  { programs, keep, seed, tell }: ChaosOptions,
  world: World,
  faults: readonly Fault[],
  round: number,
): Promise<{ record: RoundRecord; verdict: Verdict }> {
  const name = `seed-${seed}-round-${round}`;
  const record = await runRound(world, programs, faults, name);
  const verdict = await verify(record).catch((error: unknown) => unverified(record, error));
  tell(`  ${verdict.filesChecked} files, ${verdict.failures.length} failures`);
  if (verdict.failures.length > 0) {
    const kept = join(keep, name);
    await keepRound(kept, record, verdict);
    for (const failure of verdict.failures.slice(0, 20)) tell(`  FAILED ${failure}`);
    tell(`  kept in ${kept}`);
  }
  await rm(dirname(record.recordings), { recursive: true, force: true });
  return { record, verdict };
}

function unverified(record: RoundRecord, error: unknown): Verdict {
  const because = error instanceof Error ? (error.stack ?? error.message) : errorText(error);
  return {
    failures: [...(record.failure === undefined ? [] : [record.failure]), `it could not be verified: ${because}`],
    filesChecked: 0,
    armedSeconds: 0,
    capturedSeconds: 0,
    lostByCause: {},
    unaccountedSeconds: 0,
    countedTwiceSeconds: 0,
    slowestOpeningSeconds: 0,
    worstKillSeconds: 0,
  };
}

/** Everything that is needed to find out what went wrong. */
async function keepRound(folder: string, record: RoundRecord, verdict: Verdict): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(record.recordings, join(folder, 'recordings'), { recursive: true });
  const { story, log, armed, kills, clock, memory, starvedMs } = record;
  const sources = armed.map(({ id, input, armedAt, disarmedAt }) => ({
    id,
    name: input.draft.name,
    armedAt,
    disarmedAt,
  }));
  await writeFile(
    join(folder, 'story.json'),
    JSON.stringify({ story, kills, clock, memory, starvedMs, sources, verdict }, null, 2),
  );
  await writeFile(join(folder, 'log.txt'), log.join('\n'));
}

function report(
  { rounds, seed }: ChaosOptions,
  world: World,
  done: readonly { readonly record: RoundRecord; readonly verdict: Verdict }[],
): ChaosReport {
  const verdicts = done.map(({ verdict }) => verdict);
  const sum = (of: (verdict: Verdict) => number): number => tidy(verdicts.reduce((total, one) => total + of(one), 0));
  const most = (of: (verdict: Verdict) => number): number => Math.max(0, ...verdicts.map(of));
  return {
    rounds,
    seed,
    sources: { cards: world.cards.length, streams: world.stations.length },
    disk: world.whyNoDisk ?? 'ext4',
    faults: added(done.flatMap(({ record }) => record.faults.map(({ kind }) => ({ [kind]: 1 })))),
    armedSeconds: sum(({ armedSeconds }) => armedSeconds),
    capturedSeconds: sum(({ capturedSeconds }) => capturedSeconds),
    countedTwiceSeconds: sum(({ countedTwiceSeconds }) => countedTwiceSeconds),
    lostSeconds: {
      accounted: added(verdicts.map(({ lostByCause }) => lostByCause)),
      unaccounted: sum(({ unaccountedSeconds }) => unaccountedSeconds),
      worstPerKill: most(({ worstKillSeconds }) => worstKillSeconds),
      slowestOpening: most(({ slowestOpeningSeconds }) => slowestOpeningSeconds),
    },
    filesChecked: sum(({ filesChecked }) => filesChecked),
    starvedSeconds: Math.max(0, ...done.map(({ record }) => record.starvedMs / 1000)),
    memoryMiB: highest(done.map(({ record }) => record.memory)),
    failures: done.flatMap(({ verdict }, index) => verdict.failures.map((failure) => `round ${index + 1}: ${failure}`)),
  };
}

type Figures = Readonly<Record<string, number>>;

function added(all: readonly Figures[]): Figures {
  return merged(all, (one, other) => tidy(one + other));
}

function highest(all: readonly Figures[]): Figures {
  return merged(all, Math.max);
}

function merged(all: readonly Figures[], merge: (one: number, other: number) => number): Figures {
  const found: Record<string, number> = {};
  for (const [name, value] of all.flatMap((figures) => Object.entries(figures))) {
    found[name] = merge(found[name] ?? 0, value);
  }
  return found;
}

const tidy = (value: number): number => Math.round(value * 1000) / 1000;
