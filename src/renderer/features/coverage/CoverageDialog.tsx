import { CornerDownLeft } from 'lucide-react';
import type { ReactElement } from 'react';
import type { SourceCoverage } from '../../../shared/domain/coverage.ts';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { EmptyState, Skeleton } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { dayTitle, exactDuration, nearestSecond, wallTime } from '../../format/time.ts';
import { useCoverage } from '../../stores/coverage.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { jumpStore } from '../../stores/jump.ts';
import { armedWords, asides, missingCause, missingLength, percent, together } from './coverageWords.ts';
import { SeamProof } from './SeamProof.tsx';
import './coverage.css';

interface CoverageDialogProps {
  readonly day: string;
  onClose(): void;
}

/** What was captured of the time in which sources were armed, and what is missing of it. */
export function CoverageDialog({ day, onClose }: CoverageDialogProps): ReactElement {
  const coverage = useCoverage((state) => state.byDay.get(day));
  const share = coverage && together(coverage.sources);
  return (
    <Dialog
      title={`Coverage on ${dayTitle(day)}`}
      description={
        share && share.armedMs > 0
          ? `${percent(share)} captured: ${exactDuration(share.capturedMs)} of ${exactDuration(share.armedMs)} in which sources were to record.`
          : 'Captured time of the time in which sources were to record.'
      }
      width="wide"
      onClose={onClose}
      footer={
        <>
          {coverage && <SeamProof from={coverage.from} to={coverage.to} />}
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {!coverage && <Skeleton rows={4} height="row" label="Coverage is being measured" />}
      {coverage?.sources.length === 0 && (
        <EmptyState title="No source was to record on this day">
          What is listed was found on disk, without a ledger that tells when recording began and ended.
        </EmptyState>
      )}
      {coverage && coverage.sources.length > 0 && (
        <ul className="coverage-list">
          {coverage.sources.map((source) => (
            <SourceView key={source.sourceId} day={day} source={source} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function SourceView({ day, source }: { readonly day: string; readonly source: SourceCoverage }): ReactElement {
  const offset = -new Date(`${day}T12:00:00`).getTimezoneOffset();
  const { missing, missingCount } = source;
  const aside = asides(source);
  const whole = missingCount === 0;
  return (
    <li className="coverage-source">
      <div className="coverage-head">
        <span className="coverage-name ellipsis" title={source.sourceName}>
          {source.sourceName}
        </span>
        <span className="coverage-armed ellipsis">{armedWords(source.armed, offset)}</span>
        <span className="coverage-percent" data-whole={whole}>
          {percent(source) || 'not armed'}
        </span>
      </div>
      {/* The bar says nothing that the figures beside it do not say. */}
      <CoverageBar source={source} />
      <p className="coverage-note">
        {exactDuration(source.capturedMs)} of {exactDuration(source.armedMs)} captured
        {aside === '' ? '' : `, ${aside}`}
        {whole ? ', nothing missing' : ''}.
      </p>
      {!whole && (
        <ul className="coverage-missing">
          {missing
            .toSorted((a, b) => a.from - b.from)
            .map(({ from, to, cause, gapId }) => (
              <li key={from}>
                <button
                  type="button"
                  className="coverage-jump"
                  onClick={() => {
                    dialogsStore.getState().close();
                    jumpStore.getState().go({ day, at: from, gapId });
                  }}
                >
                  <span className="coverage-time">
                    {wallTime(nearestSecond(from), -new Date(from).getTimezoneOffset())}
                  </span>
                  <span className="coverage-length">{missingLength(to - from)} missing</span>
                  <span className="coverage-cause">{missingCause(cause)}</span>
                  <CornerDownLeft size={14} aria-hidden />
                </button>
              </li>
            ))}
          {missingCount > missing.length && (
            <li className="coverage-more">and {count(missingCount - missing.length, 'shorter one')}</li>
          )}
        </ul>
      )}
    </li>
  );
}

/** Where in the armed time something is missing. */
function CoverageBar({ source }: { readonly source: SourceCoverage }): ReactElement | null {
  const [first] = source.armed;
  const last = source.armed.at(-1);
  const coverage = useCoverage((state) => [...state.byDay.values()].find((one) => one.sources.includes(source)));
  if (!first || !last || !coverage) return null;
  const { from, to } = coverage;
  const place = (start: number, end: number): { x: number; width: number } => ({
    x: ((start - from) / (to - from)) * 1000,
    width: Math.max(3, ((end - start) / (to - from)) * 1000),
  });
  return (
    <svg className="coverage-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden>
      {source.armed.map((span) => (
        <rect key={span.from} className="coverage-bar-armed" {...place(span.from, span.to ?? to)} y="0" height="8" />
      ))}
      {source.missing.map((one) => (
        <rect key={one.from} className="coverage-bar-missing" {...place(one.from, one.to)} y="0" height="8" />
      ))}
    </svg>
  );
}
