import { fromWireError, LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../../shared/ports/processHost.ts';
import type { ExportPiece, ExportPlan } from '../../clips/export/exportPlan.ts';
import type { Exported } from '../../clips/export/runExport.ts';
import type { ExporterCommand, ExporterEvent, PlannedCut } from './exporterProtocol.ts';

/** With nothing to do for so long the process ends. */
const IDLE_MS = 60_000;

export interface RunOptions {
  /** See ExportRun in the room of clips. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  onProgress(fraction: number): void;
}

interface Call {
  readonly resolve: (answer: ExporterEvent) => void;
  readonly reject: (error: LongtakeError) => void;
  readonly onProgress: (fraction: number) => void;
}

/** Runs the exporter process while there is something to export. */
export class Exporter {
  readonly #processHost: ProcessHost;
  readonly #log: Log;
  readonly #framesFolder: string;
  readonly #calls = new Map<number, Call>();
  #child: ChildHandle | undefined;
  #idle: NodeJS.Timeout | undefined;
  #callId = 0;

  /** `framesFolder`: where indexes of frames are kept. */
  constructor(processHost: ProcessHost, log: Log, framesFolder: string) {
    this.#framesFolder = framesFolder;
    this.#processHost = processHost;
    this.#log = log;
  }

  /** Rejects with the codes of runExport, and with DAMAGED when the process ended. */
  async run(plan: ExportPlan, { workFolder, signal, onProgress }: RunOptions): Promise<Exported> {
    let callId = 0;
    const onAbort = (): void => this.#child?.send({ type: 'cancel', callId } satisfies ExporterCommand);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'The export was cancelled.');
      const answer = await this.#call((id) => {
        callId = id;
        return { type: 'export', callId: id, plan, workFolder, framesFolder: this.#framesFolder };
      }, onProgress);
      if (answer.type !== 'done') throw new Error(`The exporter answered with ${answer.type}.`);
      return { files: answer.files, bounds: answer.bounds };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Where a piece would really begin and end. */
  async plan(piece: ExportPiece): Promise<PlannedCut> {
    const answer = await this.#call((callId) => ({
      type: 'plan',
      callId,
      piece,
      framesFolder: this.#framesFolder,
    }));
    if (answer.type !== 'planned') throw new Error(`The exporter answered with ${answer.type}.`);
    return answer;
  }

  stop(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
    this.#failCalls();
  }

  async #call(
    command: (callId: number) => ExporterCommand,
    onProgress: (fraction: number) => void = () => undefined,
  ): Promise<ExporterEvent> {
    const callId = (this.#callId += 1);
    try {
      return await new Promise<ExporterEvent>((resolve, reject) => {
        this.#calls.set(callId, { resolve, reject, onProgress });
        this.#send(command(callId));
      });
    } finally {
      this.#calls.delete(callId);
      this.#rest();
    }
  }

  #send(command: ExporterCommand): void {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    this.#child.send(command);
  }

  #start(): ChildHandle {
    const child = this.#processHost.start('exporter');
    child.onOutput((stream, line) => this.#log.debug(`exporter ${stream}: ${line}`));
    child.onMessage((message) => {
      // The exporter is a part of this program: its messages are what they are declared to be.
      if (this.#child === child) this.#onEvent(message as ExporterEvent);
    });
    child.onExit(({ code }) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#log.error('The exporter ended unexpectedly.', { code });
      this.#failCalls();
    });
    return child;
  }

  #onEvent(event: ExporterEvent): void {
    if (event.type === 'log') {
      this.#log[event.level](event.message, event.data);
      return;
    }
    const call = this.#calls.get(event.callId);
    if (event.type === 'progress') call?.onProgress(event.fraction);
    else if (event.type === 'error') call?.reject(fromWireError(event.error));
    else call?.resolve(event);
  }

  #failCalls(): void {
    for (const { reject } of this.#calls.values()) {
      reject(new LongtakeError('DAMAGED', 'The export ended before it was finished. Export it again.'));
    }
    this.#calls.clear();
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (!this.#child || this.#calls.size > 0) return;
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
    this.#idle.unref();
  }
}
