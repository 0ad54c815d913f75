import { readdir, readFile } from 'node:fs/promises';

const PROC = '/proc';
/** Clock ticks of /proc in a second; Linux has had 100 for user space on every architecture for long. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 1000;

/** What processes used up. */
export interface Cost {
  /** User and system time of all, s. */
  readonly cpuSeconds: number;
  /**
   * Highest sum at one moment, MiB: each process's own memory and its share of what it has in common with others
   * (PSS), so that the code of 32 equal programs counts once.
   */
  readonly peakMiB: number;
}

/** Measures processes and their descendants, as they are when it looks. */
export class CostMeter {
  readonly #roots: readonly number[];
  readonly #timer: NodeJS.Timeout;
  #peakKiB = 0;
  #sampling: Promise<void> = Promise.resolve();

  constructor(roots: readonly number[]) {
    this.#roots = roots;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** CPU time so far, s. */
  async cpuSeconds(): Promise<number> {
    let seconds = 0;
    // Ticks are cut off to hundredths of a second, user and system time each: of 32 small programs that is a third.
    for (const pid of await family(this.#roots)) {
      const { own, ended } = await ticked(pid);
      seconds += Math.max(own, await scheduled(pid)) + ended;
    }
    return seconds;
  }

  /** The cost up to now; ends the sampling. */
  async end(): Promise<Cost> {
    clearInterval(this.#timer);
    this.#sample();
    await this.#sampling;
    return { cpuSeconds: await this.cpuSeconds(), peakMiB: this.#peakKiB / 1024 };
  }

  #sample(): void {
    this.#sampling = this.#sampling.then(async () => {
      let kib = 0;
      for (const pid of await family(this.#roots)) kib += await proportionalKiB(pid);
      this.#peakKiB = Math.max(this.#peakKiB, kib);
    });
  }
}

/** The processes and all that descend from them. */
async function family(roots: readonly number[]): Promise<readonly number[]> {
  const children = new Map<number, number[]>();
  for (const entry of await readdir(PROC)) {
    const pid = Number(entry);
    const parent = Number.isInteger(pid) ? await fieldsOf(pid).then((fields) => Number(fields?.[1])) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [...roots];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Fields of /proc/PID/stat from the state on (proc(5)); undefined when the process has ended. */
async function fieldsOf(pid: number): Promise<readonly string[] | undefined> {
  const text = await readFile(`${PROC}/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name of the program stands in brackets and may hold anything.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** User and system time of a process, also of threads that have ended, and of its children that have ended; s. */
async function ticked(pid: number): Promise<{ own: number; ended: number }> {
  const fields = await fieldsOf(pid);
  const sum = (first: number): number =>
    (Number(fields?.[first] ?? 0) + Number(fields?.[first + 1] ?? 0)) / TICKS_PER_SECOND;
  return { own: sum(11), ended: sum(13) };
}

/** CPU time of the threads that a process has now, exactly, s; 0 where the kernel does not count it. */
async function scheduled(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`${PROC}/${pid}/task`).catch(() => [])) {
    const text = await readFile(`${PROC}/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '');
    nanoseconds += Number(text.split(' ')[0] ?? 0);
  }
  return nanoseconds / 1e9;
}

async function proportionalKiB(pid: number): Promise<number> {
  const text = await readFile(`${PROC}/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}
