import { Pause } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Source } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { duration } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { togglePaused } from './sourceActions.tsx';

/** What a paused source says, and the way back. */
export function PausedNote({ source }: { readonly source: Source }): ReactElement {
  const now = useNow();
  const { since, problem } = source.status;
  return (
    <div className="source-problem source-paused">
      <Pause size={14} aria-hidden />
      <div>
        <p>Paused: nothing is recorded until you resume.</p>
        {problem && <p>{problem.message}</p>}
        <p className="source-since">For {duration(Math.max(0, now - since))}.</p>
        <div className="source-problem-actions">
          <Button onClick={() => togglePaused(source)}>Resume</Button>
        </div>
      </div>
    </div>
  );
}
