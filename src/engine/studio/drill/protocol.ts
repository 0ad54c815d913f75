import type { DrillFaultKind } from '../../../shared/contract/drill.ts';
import type { Gap, GapCause, Recording } from '../../../shared/domain/recording.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import type { SourceId } from '../../../shared/units.ts';

/** What is wrong now, in the surroundings of a drill's recorder. */
export interface Trouble {
  /** Inputs that are gone. */
  readonly lost: readonly SourceId[];
  /** The disk takes no more. */
  readonly diskFull: boolean;
  /** The wall clock shows so much more than it should, ms. */
  readonly clockOffsetMs: number;
}

export const NO_TROUBLE: Trouble = { lost: [], diskFull: false, clockOffsetMs: 0 };

/** A stretch of time; ms since 1970 UTC, by a clock that is right. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A source in a drill. */
export interface DrilledSource {
  readonly config: SourceConfig;
  /** What its files are compared with: a test signal is known by its settings, the drill's own station by its frames. */
  readonly plays: 'signal' | 'numbered frames' | 'unknown';
}

/** A fault that happened. */
export interface FaultRecord {
  readonly kind: DrillFaultKind;
  /** From before its beginning until every source recorded again. */
  readonly span: Span;
  /** Whom it hits; empty where it must cost nothing. */
  readonly costs: readonly SourceId[];
  /** What the ledger may name as the cause. */
  readonly causes: readonly GapCause[];
  /** Names of sources that never recorded again. */
  readonly stuck: readonly string[];
}

/** All that is known of a drill by who made it happen. */
export interface DrillRecord {
  /** Of its recordings, absolute. */
  readonly root: string;
  readonly sources: readonly DrilledSource[];
  readonly faults: readonly FaultRecord[];
  /** By how much the clock was ever wrong, ms. */
  readonly offsets: readonly number[];
  /** The whole drill. */
  readonly span: Span;
}

export interface FaultFinding {
  readonly losses: readonly {
    readonly source: string;
    readonly lostSeconds: number;
    readonly toldSeconds: number;
    readonly causes: readonly GapCause[];
  }[];
  readonly problems: readonly string[];
}

/** What the files and the ledger of a drill say. */
export interface Examination {
  /** As many as there were faults, in their order. */
  readonly faults: readonly FaultFinding[];
  readonly filesChecked: number;
  readonly decoded: boolean;
  readonly seams: { readonly gapless: number; readonly accounted: number; readonly unproven: number };
  readonly comparedSeconds: number;
  readonly problems: readonly string[];
}

/** What a ledger says in the end. */
export interface LedgerState {
  readonly recordings: readonly Omit<Recording, 'root'>[];
  readonly gaps: readonly Gap[];
  /** Lines that cannot be read. */
  readonly unreadable: number;
}

/** The studio to a drill's process, beside what it tells any recorder. */
export type DrillCommand =
  | { readonly type: 'trouble'; readonly trouble: Trouble }
  | { readonly type: 'examine'; readonly record: DrillRecord };

/** A drill's process to the studio, beside what any recorder tells. */
export type DrillEvent =
  | { readonly type: 'examined'; readonly examination: Examination }
  | { readonly type: 'examination failed'; readonly reason: string };

export function isDrillCommand(message: unknown): message is DrillCommand {
  const type = (message as { readonly type?: unknown } | null)?.type;
  return type === 'trouble' || type === 'examine';
}
