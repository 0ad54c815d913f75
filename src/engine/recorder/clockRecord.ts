import { dirname, join } from 'node:path';
import { CLOCK_FILE } from '../../shared/domain/folders.ts';
import { errnoOf } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { type Millis, millis } from '../../shared/units.ts';
import type { RecorderContext } from './context.ts';
import { within } from './within.ts';

/** The wall clock was set when it moves by more than this against the time since the computer was started. */
const CLOCK_STEP_MS = 1000;
/** Recording does not wait longer than this for a disk to tell what the clock was. */
const LOOK_MS = 2000;
/** A line is written at each start and each time the clock is set; what is older than the last one is of no use. */
const MOST_BYTES = 64 * 1024;

interface Line {
  /** Of this start of the computer. */
  readonly boot: string;
  /** When that was by the clock as it was set, ms since 1970 UTC. */
  readonly bootedAt: number;
  /** By the same clock, when this was written. */
  readonly at: number;
}

/** How the clock stood for a while. */
export interface ClockSetting {
  /** By that clock, ms since 1970 UTC. */
  readonly from: number;
  /** By so much the clock shows more now, ms. */
  readonly stepMs: number;
}

/**
 * How the wall clock stood while recorders ran, in a file beside the ledger. A recorder that follows one that ended
 * unexpectedly learns from it by how much the clock was set meanwhile, as long as the computer was not started anew; for
 * else the time that is missing between them would be as much longer or shorter.
 */
export class ClockRecord {
  readonly #context: RecorderContext;
  #written: number | undefined;

  constructor(context: RecorderContext) {
    this.#context = context;
  }

  /** How the clock stood while recorders wrote here, the latest first; nothing of what is not known. */
  async settings(root: string): Promise<readonly ClockSetting[]> {
    const now = lineOf(this.#context.clock);
    if (!now) return [];
    try {
      const lines = (await within(LOOK_MS, this.#lines(root))) ?? [];
      return lines
        .filter(({ boot }) => boot === now.boot)
        .map(({ at, bootedAt }) => ({ from: at, stepMs: now.bootedAt - bootedAt }))
        .toReversed();
    } catch (error) {
      this.#context.log.warn('How the clock stood before is not known.', { root, error: String(error) });
      return [];
    }
  }

  /** Notes how the clock stands, if it was set since; call it once a second, and whenever it seems so. True when it was. */
  note(root: string): boolean {
    const now = lineOf(this.#context.clock);
    if (!now || Math.abs(now.bootedAt - (this.#written ?? Number.POSITIVE_INFINITY)) <= CLOCK_STEP_MS) return false;
    this.#written = now.bootedAt;
    this.#write(root, now).catch((error: unknown) => {
      this.#written = undefined;
      this.#context.log.debug('How the clock stands could not be noted.', { root, error: String(error) });
    });
    return true;
  }

  async #lines(root: string): Promise<readonly Line[]> {
    const { fileSystem } = this.#context;
    if (!(await fileSystem.stat(fileOf(root)))) return [];
    return (await fileSystem.readText(fileOf(root))).split('\n').flatMap(readLine);
  }

  async #write(root: string, line: Line): Promise<void> {
    const { fileSystem } = this.#context;
    await fileSystem.makeFolder(dirname(fileOf(root)));
    const found = await fileSystem.stat(fileOf(root));
    if (found && found.bytes > MOST_BYTES) await fileSystem.removeFile(fileOf(root)).catch(unlessGone);
    // The last line may be torn.
    await fileSystem.append(fileOf(root), `\n${JSON.stringify(line)}\n`);
  }
}

/**
 * An instant that a recorder told before it ended, ms since 1970 UTC, by the clock of now. What a recorder that lives
 * tells is told by the clock of that moment; so it is of a time since the clock stood as it told it.
 */
export function onClockOfNow(at: number, settings: readonly ClockSetting[], now: Millis): Millis {
  const setting = settings.find(({ from, stepMs }) => at >= from - CLOCK_STEP_MS && at + stepMs <= now);
  const step = setting && Math.abs(setting.stepMs) > CLOCK_STEP_MS ? setting.stepMs : 0;
  return millis(Math.min(at + step, now));
}

function fileOf(root: string): string {
  return join(root, CLOCK_FILE);
}

/** Nothing where the system does not tell enough. */
function lineOf(clock: Clock): Line | undefined {
  const boot = clock.bootId?.();
  const asleepMs = clock.asleepMs?.();
  if (boot === undefined || asleepMs === undefined) return undefined;
  const at = clock.now();
  return { boot, bootedAt: Math.round(at - clock.monotonic() - asleepMs), at };
}

function readLine(text: string): Line[] {
  try {
    const { boot, bootedAt, at } = JSON.parse(text) as Partial<Record<keyof Line, unknown>>;
    const isLine = typeof boot === 'string' && typeof bootedAt === 'number' && typeof at === 'number';
    return isLine ? [{ boot, bootedAt, at }] : [];
  } catch {
    // An empty line, or one that a kill has torn.
    return [];
  }
}

/** Another recorder may have removed it in the same moment. */
function unlessGone(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
