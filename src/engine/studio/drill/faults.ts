import type { DrillFault, DrillFaultKind } from '../../../shared/contract/drill.ts';
import type { GapCause } from '../../../shared/domain/recording.ts';
import type { SourceId } from '../../../shared/units.ts';
import type { DrilledSource, Trouble } from './protocol.ts';
import { NO_TROUBLE } from './protocol.ts';

/** Inputs and disks are away for so long. */
const AWAY_MS = 2000;
/** Longer than any drill, so that no time is shown twice; and no multiple of a split. */
const CLOCK_STEP_MS = 37 * 60_000 + 11_000;
/** So long the clock stands wrong. */
const WRONG_CLOCK_MS = 2500;

/** What a drill can make happen. */
export interface FaultPlan {
  readonly kind: DrillFaultKind;
  readonly title: string;
  readonly story: string;
  readonly lastsMs: number;
  /** What the ledger may name as the cause. */
  readonly causes: readonly GapCause[];
  /** What is wrong while it lasts. */
  readonly trouble: Trouble;
  /** Whom it costs audio; empty where it must cost nothing. */
  readonly costs: readonly SourceId[];
  readonly kills: boolean;
  /** The drill's own station goes off the air, really. */
  readonly closesStation: boolean;
}

export function planFault(kind: DrillFaultKind, sources: readonly DrilledSource[]): FaultPlan {
  const ids = (isWanted: (source: DrilledSource) => boolean): SourceId[] =>
    sources.filter(isWanted).map(({ config }) => config.id);
  const base = { kind, lastsMs: AWAY_MS, trouble: NO_TROUBLE, kills: false, closesStation: false };
  switch (kind) {
    case 'unplug': {
      const cards = ids(({ config }) => config.kind !== 'stream');
      return {
        ...base,
        title: 'Unplugged input',
        story: 'Every soundcard and test signal delivers nothing more and is not found for 2 s.',
        causes: ['device lost'],
        trouble: { ...NO_TROUBLE, lost: cards },
        costs: cards,
      };
    }
    case 'stream lost':
      return {
        ...base,
        title: 'Lost stream',
        story: 'Every stream is cut off and its server takes no connection for 2 s.',
        causes: ['stream lost', 'server refused'],
        // The drill's own station is closed for real.
        trouble: {
          ...NO_TROUBLE,
          lost: ids(({ config, plays }) => config.kind === 'stream' && plays !== 'numbered frames'),
        },
        costs: ids(({ config }) => config.kind === 'stream'),
        closesStation: true,
      };
    case 'disk full':
      return {
        ...base,
        title: 'Full disk',
        story: 'The disk says that nothing is free and takes no byte for 2 s.',
        causes: ['disk full', 'disk error'],
        trouble: { ...NO_TROUBLE, diskFull: true },
        costs: ids(() => true),
      };
    case 'kill':
      return {
        ...base,
        title: 'Killed recorder',
        story: 'The recorder process of the drill is killed (SIGKILL).',
        lastsMs: 0,
        causes: ['crash'],
        costs: ids(() => true),
        kills: true,
      };
    case 'clock':
      return {
        ...base,
        title: 'Changed clock',
        story: 'The clock is set forward by 37 minutes, and back. It must cost nothing.',
        lastsMs: WRONG_CLOCK_MS,
        causes: [],
        trouble: { ...NO_TROUBLE, clockOffsetMs: CLOCK_STEP_MS },
        costs: [],
      };
  }
}

export function waiting({ kind, title, story }: FaultPlan): DrillFault {
  return { kind, title, story, state: 'waiting', losses: [], problems: [] };
}
