import { type ReactElement, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { count } from '../../format/quantity.ts';
import { wallTime } from '../../format/time.ts';
import { sentence } from '../../stores/notices.ts';
import { seamWords } from './seamWords.ts';

/** Proves the boundaries of a day anew, from the counters of the recordings on both sides of each. */
export function SeamProof({ from, to }: { readonly from: number; readonly to: number }): ReactElement {
  const [outcome, setOutcome] = useState<RequestOutput<'library.verifySeams'> | string>();
  const [running, setRunning] = useState(false);
  const start = (): void => {
    setRunning(true);
    request('library.verifySeams', { from, to })
      .then(setOutcome, (error: unknown) => setOutcome(sentence(error)))
      .finally(() => setRunning(false));
  };
  return (
    <div className="seam-proof" role="status">
      <Button disabled={running} onClick={start}>
        Verify boundaries
      </Button>
      {typeof outcome === 'string' && <p>{outcome}</p>}
      {typeof outcome === 'object' && (
        <div>
          <p>{seamWords(outcome)}</p>
          {outcome.findings.slice(0, 3).map(({ recordingId, sourceName, at, message }) => (
            <p key={recordingId} className="seam-finding">
              {sourceName}, {wallTime(at, -new Date(at).getTimezoneOffset())}: {message}
            </p>
          ))}
          {outcome.findingCount > 3 && <p className="seam-finding">and {count(outcome.findingCount - 3, 'other')}</p>}
        </div>
      )}
    </div>
  );
}
