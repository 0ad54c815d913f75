import type { SourceConfig } from '../../shared/domain/source.ts';

/** The same for sources that record one card. */
export function cardKey(config: SourceConfig): string {
  if (config.kind !== 'soundcard') return config.id;
  const { device, identity } = config;
  return identity ? JSON.stringify({ ...identity, alone: undefined }) : device.toLowerCase();
}
