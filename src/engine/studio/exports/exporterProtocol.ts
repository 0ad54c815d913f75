import type { Exported } from '../../clips/export/runExport.ts';
import type { ExportPiece, ExportPlan } from '../../clips/export/exportPlan.ts';
import type { WorkerSaid } from '../workerProcess.ts';

/** Main to exporter. Paths are absolute; `callId` comes back with every answer. */
export type ExporterCommand =
  | {
      readonly type: 'export';
      readonly callId: number;
      readonly plan: ExportPlan;
      readonly workFolder: string;
      readonly framesFolder: string;
    }
  /** Where a piece would really begin and end. */
  | { readonly type: 'plan'; readonly callId: number; readonly piece: ExportPiece; readonly framesFolder: string }
  | { readonly type: 'cancel'; readonly callId: number };

/** Exporter to main. */
export type ExporterEvent =
  | WorkerSaid
  | { readonly type: 'progress'; readonly callId: number; readonly fraction: number }
  | ({ readonly type: 'done'; readonly callId: number } & Exported)
  | ({ readonly type: 'planned'; readonly callId: number } & PlannedCut);

/** Instants are ms since 1970 UTC. */
export interface PlannedCut {
  readonly from: number;
  readonly to: number;
  /** About. */
  readonly bytes: number;
  /** How many it takes audio from. */
  readonly recordings: number;
  /** Of its file, without the dot. */
  readonly extension: string;
}
