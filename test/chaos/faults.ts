import type { GapCause } from '../../src/shared/domain/recording.ts';
import type { Settings } from '../../src/shared/domain/settings.ts';
import type { Random } from './random.ts';
import type { StudioProcess } from './studioProcess.ts';
import type { CardInput, Input, StationInput, World } from './world.ts';

/** What a fault works on. */
export interface FaultScene {
  readonly world: World;
  readonly studio: StudioProcess;
  /** Sets the computer's clock by so many ms. */
  readonly setClock: (byMs: number) => void;
  /** Tells that processes were killed in this moment. */
  readonly killed: (what: Kill['what']) => void;
}

export interface Kill {
  readonly what: 'recorder' | 'main';
  /** ms since 1970 UTC, true. */
  readonly at: number;
}

/** Something that goes wrong for a while. */
export interface Fault {
  readonly kind: FaultKind;
  /** For people who look into a failure. */
  readonly story: string;
  /** Faults that need the same thing do not happen in one round. */
  readonly needs: readonly string[];
  /** What the round's settings must be for it. */
  readonly settings?: Partial<Settings>;
  /** After the beginning of the round's trouble, ms. */
  readonly afterMs: number;
  readonly lastsMs: number;
  begin(scene: FaultScene): Promise<void> | void;
  end(scene: FaultScene): Promise<void> | void;
  /** Gaps that an input may have because of it; an empty list where it must cost nothing. */
  causes(input: Input): readonly GapCause[];
  /** The input's connection may end because of it. */
  breaks(input: Input): boolean;
}

export const faultKinds = [
  'recorder killed',
  'main killed',
  'card unplugged',
  'server killed',
  'server stopped',
  'stream stalled',
  'stream garbage',
  'stream slow',
  'stream cut',
  'disk full',
  'disk hung',
  'clock forward',
  'clock back',
  'autumn night',
  'spring night',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** How long faults may last. */
export interface Severity {
  /** ms. */
  readonly longest: number;
}

/** Local time in the test is that of this zone. */
export const ZONE = 'Europe/Berlin';
/** So long before the clock changes the round begins. */
const BEFORE_NIGHT_MS = 20_000;
/** 3:00 summer time becomes 2:00, and 2:00 becomes 3:00. */
const NIGHTS = {
  'autumn night': Date.parse('2026-10-25T01:00:00Z'),
  'spring night': Date.parse('2026-03-29T01:00:00Z'),
} as const;

const MINUTE_MS = 60_000;
/** What a disk may be silent for without any loss. */
const LONGEST_HANG_MS = 28_000;

export function isClockFault(kind: FaultKind): boolean {
  return kind.startsWith('clock') || kind.endsWith('night');
}

/** Where the clock stands at the beginning of a round, ms since 1970 UTC; nothing where it is right. */
export function clockAtStart(faults: readonly Fault[]): number | undefined {
  const night = faults.map(({ kind }) => kind).find((kind) => kind === 'autumn night' || kind === 'spring night');
  return night && NIGHTS[night] - BEFORE_NIGHT_MS;
}

/** Makes a fault of a kind; nothing where it cannot be made. */
export function makeFault(kind: FaultKind, world: World, random: Random, { longest }: Severity): Fault | undefined {
  const afterMs = random.between(0, 4000);
  const lastsMs = random.between(300, longest);
  const common = { kind, afterMs, lastsMs, ...nothing };
  const seconds = `${(lastsMs / 1000).toFixed(1)} s`;
  switch (kind) {
    case 'recorder killed':
      return {
        ...common,
        ...everything('crash'),
        story: 'SIGKILL to every recorder',
        needs: ['recorder', 'disk answers'],
        begin: ({ studio, killed }) => {
          if (studio.killRecorders() > 0) killed('recorder');
        },
      };
    case 'main killed':
      return {
        ...common,
        ...everything('crash'),
        story: `SIGKILL to main, started again after ${seconds}`,
        needs: ['main', 'disk answers'],
        begin: async ({ studio, killed }) => {
          killed('main');
          await studio.killMain();
        },
        end: ({ studio }) => studio.start(),
      };
    case 'card unplugged':
      return unplugged(random.pick(world.cards), common, seconds);
    case 'server killed':
      return {
        ...common,
        ...stations('stream lost', 'server refused'),
        story: `Icecast killed for ${seconds}`,
        needs: ['icecast'],
        begin: () => world.icecast.kill(),
        end: async () => {
          await world.silenceAll();
          await world.icecast.serve();
          await world.playAll();
        },
      };
    case 'server stopped':
      return {
        ...common,
        ...stations('stream lost'),
        story: `Icecast stopped for ${seconds}`,
        needs: ['icecast'],
        begin: () => world.icecast.pause(),
        end: () => world.icecast.goOn(),
      };
    case 'stream stalled':
      return throttled(random.pick(world.stations), 0, common, `stalled for ${seconds}`);
    case 'stream slow':
      return throttled(random.pick(world.stations), random.between(1000, 14_000), common, `slow for ${seconds}`);
    case 'stream garbage':
      return garbage(random.pick(world.stations), random, common);
    case 'stream cut': {
      const station = random.pick(world.stations);
      return {
        ...common,
        ...only(station, 'stream lost'),
        story: `${station.mount} cut off`,
        needs: [station.mount],
        begin: () => station.proxy.cut(),
      };
    }
    case 'disk full': {
      const left = random.pick([0, 400_000, 1_500_000, 30_000_000]);
      // Recording stops before the disk is full, unless a person has it go on to the last byte.
      const guarded = random.pick([true, false]);
      if (!world.disk) return undefined;
      return {
        ...common,
        ...everything('disk full', 'disk error'),
        ...(guarded ? {} : { settings: { minFreeBytes: 0, warnFreeBytes: 0 } }),
        story: `disk full but for ${left} bytes for ${seconds}${guarded ? '' : ', and nothing guards it'}`,
        needs: ['disk'],
        begin: () => world.disk?.fill(left),
        end: () => world.disk?.empty(),
      };
    }
    case 'disk hung':
      if (!world.disk) return undefined;
      return {
        ...common,
        lastsMs: Math.min(lastsMs, LONGEST_HANG_MS),
        story: `disk hung for ${seconds}`,
        needs: ['disk', 'disk answers', 'recorder', 'main'],
        begin: () => world.disk?.hang(),
        end: () => world.disk?.goOn(),
      };
    case 'clock forward':
    case 'clock back': {
      const minutes = random.between(10, 180);
      const byMs = Math.round((kind === 'clock back' ? -minutes : minutes) * MINUTE_MS);
      return {
        ...common,
        story: `clock set by ${(byMs / 1000).toFixed(1)} s`,
        needs: ['clock'],
        breaks: () => true,
        begin: ({ setClock }) => setClock(byMs),
      };
    }
    case 'autumn night':
    case 'spring night':
      return { ...common, lastsMs: BEFORE_NIGHT_MS, story: `the ${kind}`, needs: ['night'] };
  }
}

type Common = Pick<Fault, 'kind' | 'afterMs' | 'lastsMs' | 'begin' | 'end' | 'causes' | 'breaks'>;

const nothing = {
  begin: () => undefined,
  end: () => undefined,
  causes: (): readonly GapCause[] => [],
  breaks: () => false,
};

function everything(...causes: readonly GapCause[]): Pick<Fault, 'causes' | 'breaks'> {
  return { causes: () => causes, breaks: () => true };
}

function stations(...causes: readonly GapCause[]): Pick<Fault, 'causes' | 'breaks'> {
  return { causes: ({ station }) => (station ? causes : []), breaks: ({ station }) => station !== undefined };
}

function only(hit: CardInput | StationInput, ...causes: readonly GapCause[]): Pick<Fault, 'causes' | 'breaks'> {
  const isHit = ({ card, station }: Input): boolean => (card ?? station) === hit;
  return { causes: (input) => (isHit(input) ? causes : []), breaks: isHit };
}

function unplugged(card: CardInput, common: Common, seconds: string): Fault {
  return {
    ...common,
    ...only(card, 'device lost'),
    story: `${card.name} unplugged for ${seconds}`,
    needs: [card.name],
    begin: () => card.unplug(),
    end: () => card.plugIn(),
  };
}

function throttled(station: StationInput, bytesPerSecond: number, common: Common, how: string): Fault {
  return {
    ...common,
    ...only(station, 'stream lost'),
    story: `${station.mount} ${how} (${Math.round(bytesPerSecond)} bytes/s)`,
    needs: [station.mount],
    begin: () => station.proxy.limit(bytesPerSecond),
    end: () => station.proxy.limit(Number.POSITIVE_INFINITY),
  };
}

function garbage(station: StationInput, random: Random, common: Common): Fault {
  const bytes = random.bytes(random.whole(1, 20_000));
  const pieces = random.whole(1, 8);
  const each = Math.ceil(bytes.length / pieces);
  let timer: NodeJS.Timeout | undefined;
  return {
    ...common,
    ...only(station, 'stream lost', 'server refused'),
    story: `${station.mount}: ${bytes.length} random bytes in ${pieces} pieces`,
    needs: [station.mount],
    begin: () => {
      let piece = 0;
      timer = setInterval(() => {
        if (piece < pieces) station.proxy.inject(bytes.subarray(piece * each, (piece + 1) * each));
        piece += 1;
      }, common.lastsMs / pieces);
    },
    end: () => clearInterval(timer),
  };
}
