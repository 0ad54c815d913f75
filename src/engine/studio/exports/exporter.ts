import { LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ProcessHost } from '../../../shared/ports/processHost.ts';
import type { ExportPiece, ExportPlan } from '../../clips/export/exportPlan.ts';
import type { Exported } from '../../clips/export/runExport.ts';
import { WorkerProcess } from '../workerProcess.ts';
import type { ExporterCommand, ExporterEvent, PlannedCut } from './exporterProtocol.ts';

export interface RunOptions {
  /** See ExportRun in the room of clips. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  onProgress(fraction: number): void;
}

/** Runs the exporter process while there is something to export. */
export class Exporter {
  readonly #framesFolder: string;
  readonly #process: WorkerProcess<ExporterCommand, ExporterEvent>;
  readonly #progress = new Map<number, (fraction: number) => void>();

  /** `framesFolder`: where indexes of frames are kept. */
  constructor(processHost: ProcessHost, log: Log, framesFolder: string) {
    this.#framesFolder = framesFolder;
    this.#process = new WorkerProcess({
      processHost,
      log,
      role: 'exporter',
      lost: () => new LongtakeError('DAMAGED', 'The export ended before it was finished. Export it again.'),
      onNews: (event) => {
        if (event.type !== 'progress') return false;
        this.#progress.get(event.callId)?.(event.fraction);
        return true;
      },
    });
  }

  /** Rejects with the codes of runExport, and with DAMAGED when the process ended. */
  async run(plan: ExportPlan, { workFolder, signal, onProgress }: RunOptions): Promise<Exported> {
    if (signal.aborted) throw new LongtakeError('CANCELLED', 'The export was cancelled.');
    let id = 0;
    try {
      const answer = await this.#process.cancellable(
        signal,
        (callId) => {
          id = callId;
          this.#progress.set(callId, onProgress);
          return { type: 'export', callId, plan, workFolder, framesFolder: this.#framesFolder };
        },
        (callId) => ({ type: 'cancel', callId }),
      );
      if (answer.type !== 'done') throw new Error(`The exporter answered with ${answer.type}.`);
      return { files: answer.files, bounds: answer.bounds };
    } finally {
      this.#progress.delete(id);
    }
  }

  /** Where a piece would really begin and end. */
  async plan(piece: ExportPiece): Promise<PlannedCut> {
    const answer = await this.#process.call((callId) => ({
      type: 'plan',
      callId,
      piece,
      framesFolder: this.#framesFolder,
    }));
    if (answer.type !== 'planned') throw new Error(`The exporter answered with ${answer.type}.`);
    return answer;
  }

  stop(): void {
    this.#process.stop();
  }
}
