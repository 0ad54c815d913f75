import type { Drill, DrillFault, DrillFaultKind } from '../../../shared/contract/drill.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { SourceId } from '../../../shared/units.ts';
import type { Studio, StudioPorts } from '../studio.ts';
import { askToExamine } from './askToExamine.ts';
import { drilledSources, standIn } from './drillSources.ts';
import { DrillStudio, pause } from './drillStudio.ts';
import { type FaultPlan, planFault, waiting } from './faults.ts';
import { type DrilledSource, type Examination, type FaultRecord, NO_TROUBLE } from './protocol.ts';
import { reportText } from './reportText.ts';
import { Station } from './station.ts';

/** So much is recorded before each fault, and after it. */
const QUIET_MS = 1000;
/** What the ledger has to tell of a fault is on disk before the next one. */
const CALM_MS = 700;
/** A source that does not record by then is replaced. */
const OPENING_MS = 20_000;
/** A source that does not record again by then has failed the drill. */
const SETTLE_MS = 90_000;
/** What was captured just before a fault may be on its way. */
const BEFORE_MS = 300;

export interface DrillRunOptions {
  readonly ports: StudioPorts;
  readonly createStudio: (ports: StudioPorts) => Studio;
  readonly id: string;
  readonly folder: string;
  readonly chosen: readonly SourceConfig[];
  readonly kinds: readonly DrillFaultKind[];
  /** It waits for its device: the drill may not open that. */
  readonly isBusy: (id: SourceId) => boolean;
  readonly tell: (drill: Drill) => void;
}

/** One drill, from its preparation to its report. */
export class DrillRun {
  readonly #options: DrillRunOptions;
  readonly #station: Station;
  readonly #faults: FaultRecord[] = [];
  readonly #notes: string[] = [];
  #sources: readonly DrilledSource[];
  #drill: Drill;

  private constructor(options: DrillRunOptions, station: Station) {
    const { id, chosen, kinds, ports } = options;
    this.#options = options;
    this.#station = station;
    this.#sources = drilledSources(chosen, kinds, station.url);
    this.#drill = {
      id,
      state: 'working',
      startedAt: ports.clock.now(),
      fraction: 0,
      step: 'The drill is being prepared.',
      sources: this.#names,
      faults: this.#plans.map(waiting),
    };
  }

  static async prepare(options: DrillRunOptions): Promise<DrillRun> {
    return new DrillRun(options, await Station.start());
  }

  get drill(): Drill {
    return this.#drill;
  }

  /** A real soundcard is captured a second time. */
  holds(id: SourceId): boolean {
    return this.#sources.some(({ config }) => config.id === id && config.kind === 'soundcard');
  }

  fail(error: unknown): void {
    const cancelled = error instanceof LongtakeError && error.code === 'CANCELLED';
    const message = error instanceof LongtakeError ? error.message : `The drill failed: ${String(error)}`;
    this.#drill = { ...this.#drill, state: cancelled ? 'cancelled' : 'failed', step: '', message };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { ports, createStudio, folder, isBusy } = this.#options;
    this.#tell({});
    this.#sources = this.#sources.map((source) =>
      isBusy(source.config.id) ? this.#replaced(source, this.#standIn(source), 'it waits for its device') : source,
    );
    // Stand-ins are there from the start; they are armed when they are needed.
    const spare = new Map(this.#sources.map((source) => [source.config.id, this.#standIn(source)]));
    const studio = new DrillStudio({
      ports,
      createStudio,
      folder,
      sources: [...this.#sources, ...spare.values()].map(({ config }) => config),
    });
    try {
      await studio.start();
      await this.#begin(studio, spare, signal);
      const from = ports.clock.now();
      for (const [index, plan] of this.#plans.entries()) {
        signal.throwIfAborted();
        await this.#happen(studio, plan, index, signal);
      }
      const to = ports.clock.now();
      await studio.disarm();
      await studio.stop();
      this.#tell({ step: 'Files and ledger are being read.' }, this.#drill.faults.length + 1);
      this.#report(
        await askToExamine(
          ports.processHost,
          {
            root: studio.recordingsFolder,
            sources: this.#sources,
            faults: this.#faults,
            offsets: this.#plans.map(({ trouble }) => trouble.clockOffsetMs).filter((offset) => offset !== 0),
            span: { from, to },
          },
          signal,
        ),
      );
    } finally {
      await studio.stop();
      await this.#station.end();
    }
  }

  /** Waits until everything records; what cannot be captured a second time is replaced. */
  async #begin(studio: DrillStudio, spare: ReadonlyMap<SourceId, DrilledSource>, signal: AbortSignal): Promise<void> {
    this.#tell({ step: 'Every source is recorded for a moment, undisturbed.' });
    await studio.arm(this.#sources.map(({ config }) => config.id));
    const { clock } = this.#options.ports;
    const goal = clock.now() + QUIET_MS;
    const records = (): boolean => this.#sources.every(({ config }) => studio.hasRecordedUntil(config.id, goal));
    if (await studio.until(records, OPENING_MS, signal)) return;
    const silent = this.#sources.filter(({ config }) => !studio.hasRecordedUntil(config.id, goal));
    const reasons = new Map(silent.map(({ config }) => [config.id, studio.status(config.id)?.problem?.message]));
    await studio.disarm(silent.map(({ config }) => config.id));
    this.#sources = this.#sources.map((source) => {
      const replacement = silent.includes(source) ? spare.get(source.config.id) : undefined;
      if (!replacement) return source;
      return this.#replaced(source, replacement, reasons.get(source.config.id) ?? 'it did not record in time');
    });
    this.#tell({ sources: this.#names });
    await studio.arm(this.#sources.map(({ config }) => config.id));
    if (await studio.until(records, SETTLE_MS, signal)) return;
    throw new LongtakeError(
      'TOO_SLOW',
      'The drill could not begin: its test signal did not record. Close other programs and try again.',
    );
  }

  async #happen(studio: DrillStudio, plan: FaultPlan, index: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.ports;
    this.#tell({ step: plan.story, faults: this.#withState(index, 'happening') }, index + 1);
    const from = clock.now() - BEFORE_MS;
    studio.setTrouble(plan.trouble);
    if (plan.kills) studio.kill();
    if (plan.closesStation) await this.#station.close();
    await pause(plan.lastsMs, signal);
    if (plan.closesStation) await this.#station.open();
    studio.setTrouble(NO_TROUBLE);
    const goal = clock.now() + QUIET_MS;
    const again = ({ config }: DrilledSource): boolean => studio.hasRecordedUntil(config.id, goal);
    await studio.until(() => this.#sources.every(again), SETTLE_MS, signal);
    this.#faults.push({
      kind: plan.kind,
      // The audio of the last moment may not be told of yet.
      span: { from, to: goal },
      costs: plan.costs,
      causes: plan.causes,
      stuck: this.#sources.filter((source) => !again(source)).map(({ config }) => config.name),
    });
    this.#tell({ faults: this.#withState(index, 'judging') });
    await pause(CALM_MS, signal);
  }

  #report(examination: Examination): void {
    const { faults: findings, ...rest } = examination;
    const faults = this.#drill.faults.map((fault, index): DrillFault => {
      const { losses = [], problems = [] } = findings[index] ?? {};
      const told = losses.map((loss) => ({ ...loss, causes: [...loss.causes] }));
      return { ...fault, state: problems.length === 0 ? 'passed' : 'failed', losses: told, problems: [...problems] };
    });
    const passed = faults.every(({ state }) => state === 'passed') && rest.problems.length === 0;
    const report = { ...rest, passed, problems: [...rest.problems], notes: this.#notes };
    const text = reportText({ ...this.#drill, faults }, report, this.#options.ports.appInfo);
    this.#drill = { ...this.#drill, state: 'done', fraction: 1, step: '', faults, report: { ...report, text } };
  }

  #standIn({ config }: DrilledSource): DrilledSource {
    return standIn(config, this.#station.url);
  }

  #replaced(source: DrilledSource, by: DrilledSource, why: string): DrilledSource {
    const { name, kind } = source.config;
    const substitute = kind === 'stream' ? "the drill's own station" : 'a test signal in its format';
    this.#notes.push(
      `${name} was not captured a second time (${why.replace(/\.$/, '')}): ${substitute} took its place.`,
    );
    return by;
  }

  /** Of the sources as they are now. */
  get #plans(): readonly FaultPlan[] {
    return this.#options.kinds.map((kind) => planFault(kind, this.#sources));
  }

  get #names(): string[] {
    return this.#sources.map(({ config }) => config.name);
  }

  #withState(index: number, state: DrillFault['state']): DrillFault[] {
    return this.#drill.faults.map((fault, other) => (other === index ? { ...fault, state } : fault));
  }

  /** `stepsDone` of all: the beginning, each fault, and the examination. */
  #tell(change: Partial<Drill>, stepsDone?: number): void {
    const fraction = stepsDone === undefined ? this.#drill.fraction : stepsDone / (this.#drill.faults.length + 2);
    this.#drill = { ...this.#drill, fraction, ...change };
    this.#options.tell(this.#drill);
  }
}
