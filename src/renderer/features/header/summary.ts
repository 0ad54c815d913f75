import type { Source } from '../../bridge/bridge.ts';
import { bytesPerSecond } from '../../format/audio.ts';
import { count, roughTime, size } from '../../format/quantity.ts';

/** How everything is, for a glance from across the room. */
export interface Summary {
  readonly tone: 'recording' | 'attention' | 'idle';
  readonly headline: string;
  /** What needs a look; empty when all is well. */
  readonly trouble: string;
}

export function summarise(sources: readonly Source[]): Summary {
  const named = (state: Source['status']['state']): Source[] => sources.filter(({ status }) => status.state === state);
  const recording = named('recording').length;
  const opening = named('arming').length;
  const paused = named('paused').length;
  const ailing = [...named('reconnecting'), ...named('failed')];
  const armed = recording + opening + paused + ailing.length;
  const [first] = ailing;
  const ill =
    first === undefined
      ? ''
      : ailing.length === 1
        ? `${first.config.name} is not being recorded`
        : `${count(ailing.length, 'source')} are not being recorded`;

  const trouble = [ill, recording > 0 && paused > 0 ? `${paused} paused` : ''].filter((part) => part !== '').join(', ');

  if (recording > 0) {
    const all = recording === armed;
    return {
      tone: 'recording',
      headline: all ? `Recording ${count(recording, 'source')}` : `Recording ${recording} of ${count(armed, 'source')}`,
      trouble,
    };
  }
  if (ailing.length > 0) return { tone: 'attention', headline: 'Nothing is being recorded', trouble };
  if (paused > 0) return { tone: 'attention', headline: `Paused: ${count(paused, 'source')}`, trouble };
  if (opening > 0) return { tone: 'idle', headline: `Opening ${count(opening, 'source')}`, trouble };
  return { tone: 'idle', headline: 'Not recording', trouble };
}

/** `12.4 GB free`, and how long that lasts at what is recorded now. */
export function diskWords(freeBytes: number, sources: readonly Source[]): { free: string; lasts: string } {
  const rate = sources
    .filter(({ status }) => status.state === 'recording')
    .reduce((sum, { status }) => sum + (status.format ? bytesPerSecond(status.format) : 0), 0);
  return {
    free: `${size(freeBytes)} free`,
    lasts: rate > 0 ? `${roughTime((freeBytes / rate) * 1000)} at this rate` : '',
  };
}

/** Below this, free space needs a look: as much as a day of what is recorded now, or 2 GB. */
export function isShort(freeBytes: number, sources: readonly Source[]): boolean {
  const LEAST_BYTES = 2_000_000_000;
  const DAY_S = 86_400;
  const rate = sources.reduce(
    (sum, { status }) => sum + (status.state === 'recording' && status.format ? bytesPerSecond(status.format) : 0),
    0,
  );
  return freeBytes < Math.max(LEAST_BYTES, rate * DAY_S);
}
