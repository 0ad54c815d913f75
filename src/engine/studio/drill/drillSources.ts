import { randomUUID } from 'node:crypto';
import type { DrillFaultKind } from '../../../shared/contract/drill.ts';
import type { SoundcardConfig, SourceConfig } from '../../../shared/domain/source.ts';
import { sourceId } from '../../../shared/units.ts';
import type { DrilledSource } from './protocol.ts';

const SEED = 1;
const MOST_BITS = 24;
const MOST_CHANNELS = 8;

type Format = Pick<SoundcardConfig, 'sampleRate' | 'bitDepth' | 'channels' | 'container'>;
const USUAL: Format = { sampleRate: 48_000, bitDepth: 16, channels: 2 };

/**
 * What a drill records: the chosen sources, and where a fault finds nothing to happen to among them, a test signal or
 * the drill's own station.
 */
export function drilledSources(
  chosen: readonly SourceConfig[],
  kinds: readonly DrillFaultKind[],
  stationUrl: string,
): DrilledSource[] {
  const sources = chosen.map((config): DrilledSource => ({
    config,
    plays: config.kind === 'generator' ? 'signal' : 'unknown',
  }));
  const hasCard = chosen.some(({ kind }) => kind !== 'stream');
  const hasStream = chosen.some(({ kind }) => kind === 'stream');
  if (chosen.length === 0 || (!hasCard && kinds.includes('unplug'))) sources.push(testSignal('Test signal'));
  if (!hasStream && kinds.includes('stream lost')) sources.push(testStation('Test station', stationUrl));
  return sources;
}

/** In place of a source that cannot be captured a second time; it has the same name and format. */
export function standIn(config: SourceConfig, stationUrl: string): DrilledSource {
  switch (config.kind) {
    case 'stream':
      return testStation(config.name, stationUrl);
    case 'soundcard':
      return testSignal(config.name, config);
    case 'generator':
      return testSignal(config.name, config);
  }
}

function testSignal(name: string, format = USUAL): DrilledSource {
  return {
    config: {
      id: sourceId(randomUUID()),
      name,
      kind: 'generator',
      programme: 'mixed',
      seed: SEED,
      sampleRate: format.sampleRate,
      bitDepth: format.bitDepth >= MOST_BITS ? MOST_BITS : 16,
      channels: Math.min(format.channels, MOST_CHANNELS),
      ...(format.container === undefined ? {} : { container: format.container }),
    },
    plays: 'signal',
  };
}

function testStation(name: string, url: string): DrilledSource {
  return {
    config: { id: sourceId(randomUUID()), name, kind: 'stream', url, username: '', format: 'auto' },
    plays: 'numbered frames',
  };
}
