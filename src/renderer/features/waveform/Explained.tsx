import { X } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { explanationStore, useExplanation } from '../../stores/explanation.ts';
import { spotWords } from './spotWords.ts';

/** Why the spot that was clicked last is, or is not, in a section. */
export function Explained({ recording }: { readonly recording: Recording }): ReactElement {
  const spot = useExplanation(({ spot: now }) => (now?.recordingId === recording.id ? now : undefined));
  return (
    <div className="waveform-explained" role="status">
      {spot && (
        <>
          <strong>{wallTimeTenths(recording.startedAt + spot.at * 1000, recording.offsetMinutes)}</strong>
          <span>{typeof spot.explanation === 'string' ? spot.explanation : spotWords(spot.explanation)}</span>
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
