import { Pause, Play, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { IconButton } from '../../elements/Button.tsx';
import { analysisStore, useAnalysis } from '../../stores/analysis.ts';
import { attempt } from '../../stores/notices.ts';
import { analysisWords } from './analysisWords.ts';

/** How far the analysis of the library is, while there is something to do. */
export function AnalysisLine(): ReactElement | null {
  const state = useAnalysis((store) => store.state);
  const words = state && analysisWords(state);
  if (!state || !words) return null;
  const paused = state.held === 'paused';
  return (
    <div className="analysis-line" title={words.explanation}>
      {state.held === 'no decoder' && <TriangleAlert size={14} className="analysis-warning" aria-hidden />}
      <span className="ellipsis">{words.line}</span>
      {(state.held === undefined || paused) && (
        <IconButton
          label={paused ? 'Go on with the analysis' : 'Pause the analysis'}
          onClick={() => attempt(analysisStore.getState().pause(!paused))}
        >
          {paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        </IconButton>
      )}
    </div>
  );
}
