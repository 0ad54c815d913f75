import { request } from '../bridge/bridge.ts';
import type { Levels } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';
import { MeterBallistics } from '../format/meterBallistics.ts';
import { attempt } from './notices.ts';

/**
 * Levels change 10 times a second per source: they stay out of React. Meters read them while they draw.
 * The studio sends them only for sources that somebody looks at: a row says that it is in view by `watch`.
 */
const meters = new Map<SourceId, MeterBallistics>();
const inView = new Map<SourceId, number>();
let asked = '';
let scheduled = false;

export function meterOf(id: SourceId): MeterBallistics {
  let meter = meters.get(id);
  if (!meter) {
    meter = new MeterBallistics();
    meters.set(id, meter);
  }
  return meter;
}

export function pushLevels(levels: readonly Levels[]): void {
  const now = performance.now();
  for (const { sourceId, peak, rms } of levels) meterOf(sourceId).push(peak, rms, now);
}

/** Forgets the meters of sources that exist no more. */
export function keepMetersOf(ids: readonly SourceId[]): void {
  const kept = new Set(ids);
  for (const id of meters.keys()) if (!kept.has(id)) meters.delete(id);
}

/** Asks for levels of a source as long as it is in view. Returns the end of it. */
export function watchLevels(id: SourceId): () => void {
  inView.set(id, (inView.get(id) ?? 0) + 1);
  schedule();
  return () => {
    const left = (inView.get(id) ?? 1) - 1;
    if (left > 0) inView.set(id, left);
    else inView.delete(id);
    schedule();
  };
}

/** One request for all that changes in one go, such as a scroll. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    ask();
  });
}

function ask(): void {
  const ids = document.visibilityState === 'visible' ? [...inView.keys()].toSorted() : [];
  const key = ids.join();
  if (key === asked) return;
  asked = key;
  attempt(request('levels.watch', { ids }));
}

/** Stops the levels while the window is hidden. Returns the end of it. */
export function followVisibility(): () => void {
  document.addEventListener('visibilitychange', ask);
  return () => document.removeEventListener('visibilitychange', ask);
}

/** Asks again for what is in view, after the line to the studio was lost. */
export function watchAgain(): void {
  asked = '';
  schedule();
}
