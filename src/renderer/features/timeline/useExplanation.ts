import { useEffect, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { level } from '../../format/quantity.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Hit } from './hit.ts';

/** The pointer rests so long before it is asked, ms. */
const REST_MS = 200;

/** Why the spot under a resting pointer is in no section; empty where that is not known. */
export function useExplanation(hit: Hit | undefined): string {
  const spot = hit?.kind === 'extent' && hit.extent.analysed ? hit : undefined;
  const recordingId = spot?.extent.recordingId;
  const seconds = spot && Math.max(0, (spot.at - spot.extent.from) / 1000);
  const [known, setKnown] = useState<{ readonly key: string; readonly words: string }>();
  const key = `${recordingId ?? ''} ${seconds ?? ''}`;

  useEffect(() => {
    if (recordingId === undefined || seconds === undefined) return undefined;
    let late = false;
    const timer = setTimeout(() => {
      request('review.explain', { recordingId, atSeconds: seconds }).then(
        (explanation) => !late && setKnown({ key, words: explanationWords(explanation) }),
        (error: unknown) => {
          // Nobody asked for it but by pointing: what cannot be explained is left unexplained.
          if (!(error instanceof LongtakeError)) throw error;
        },
      );
    }, REST_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [recordingId, seconds, key]);
  return known?.key === key ? known.words : '';
}

export function explanationWords({
  level: dbfs,
  missingDb,
  section,
  tooShort,
}: Pick<RequestOutput<'review.explain'>, 'level' | 'missingDb' | 'section' | 'tooShort'>): string {
  const what = `${level(dbfs)} dBFS`;
  if (section) return what;
  if (missingDb > 0) return `${what}, ${missingDb.toFixed(1)} dB too quiet for a section`;
  return tooShort ? `${what}, loud enough, but too short` : what;
}
