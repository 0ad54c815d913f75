import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import type { RequestOutput } from '../../bridge/bridge.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { level } from '../../format/quantity.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { explanationStore, useExplanation } from '../../stores/explanation.ts';

/** Why the spot that was clicked last is, or is not, in a section. */
export function Explained({ recording }: { readonly recording: Recording }): ReactElement {
  const spot = useExplanation(({ spot: now }) => (now?.recordingId === recording.id ? now : undefined));
  return (
    <div className="waveform-explained" role="status">
      {spot && (
        <>
          <strong>{wallTimeTenths(recording.startedAt + spot.at * 1000, recording.offsetMinutes)}</strong>
          <span>{typeof spot.explanation === 'string' ? spot.explanation : explanationWords(spot.explanation)}</span>
          <button
            type="button"
            className="waveform-explained-close"
            aria-label="Close the explanation"
            onClick={() => explanationStore.getState().clear()}
          >
            <X size={12} aria-hidden />
          </button>
        </>
      )}
    </div>
  );
}

/** `7.2 dB below the threshold of −44.9 dBFS (level −52.1, floor −56.9)`. */
export function explanationWords(explanation: RequestOutput<'review.explain'>): string {
  const { level: dbfs, floor, marginDb, missingDb, section, tooShort } = explanation;
  const threshold = `the threshold of ${level(floor + marginDb)} dBFS`;
  const distance =
    missingDb > 0
      ? `${missingDb.toFixed(1)} dB below ${threshold}`
      : `${Math.abs(missingDb).toFixed(1)} dB above ${threshold}`;
  const figures = `level ${level(dbfs)}, floor ${level(floor)}`;
  if (section) return `${distance}; in a section of +${Math.round(section.score)} dB (${figures})`;
  return tooShort ? `${distance}, but too short for a section (${figures})` : `${distance} (${figures})`;
}
