import { Circle, CircleCheck, Hourglass, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { Note } from '../../elements/States.tsx';
import type { Drill } from '../../stores/drill.ts';

type Fault = Drill['faults'][number];
type Report = NonNullable<Drill['report']>;

const stateWords = {
  waiting: 'waits',
  happening: 'happens now',
  judging: 'over, not judged yet',
  passed: 'passed',
  failed: 'failed',
} as const satisfies Record<Fault['state'], string>;

/** How far a drill has come, and what it found. */
export function DrillOutcome({ drill }: { readonly drill: Drill }): ReactElement {
  const { state, step, fraction, faults, report, message, folder, sources } = drill;
  return (
    <div className="drill">
      <p className="drill-sources">Recorded: {sources.join(', ')}</p>
      {state === 'working' && (
        <div className="drill-now">
          <progress className="drill-progress" max={1} value={fraction} aria-label="The drill" />
          <p role="status">{step}</p>
        </div>
      )}
      {message !== undefined && <Note tone={state === 'cancelled' ? 'info' : 'warning'}>{message}</Note>}
      {report && <Verdict report={report} />}
      <ul className="drill-faults" aria-label="Faults">
        {faults.map((fault) => (
          <FaultRow key={fault.kind} fault={fault} />
        ))}
      </ul>
      {report && <Found report={report} />}
      {folder !== undefined && <p className="drill-hint selectable">Kept in {folder}</p>}
    </div>
  );
}

function Verdict({ report }: { readonly report: Report }): ReactElement {
  return (
    <p className="drill-verdict" role="status">
      {report.passed ? (
        <>
          <CircleCheck size={16} className="drill-passed" aria-hidden />
          Every loss is in the ledger with its cause, and every file is sound.
        </>
      ) : (
        <>
          <TriangleAlert size={16} className="drill-failed" aria-hidden />
          Something is not as it should be. Copy the report and send it to whoever looks after Longtake.
        </>
      )}
    </p>
  );
}

function FaultRow({ fault }: { readonly fault: Fault }): ReactElement {
  const { title, story, state, losses, problems } = fault;
  const isJudged = state === 'passed' || state === 'failed';
  return (
    <li className="drill-fault">
      <FaultIcon state={state} />
      <div>
        <p className="drill-title">
          {title} <span className="drill-state">{stateWords[state]}</span>
        </p>
        <p className="drill-hint">{story}</p>
        {losses.map(({ source, lostSeconds, toldSeconds, causes }) => (
          <p key={source} className="drill-loss selectable">
            {source}: {lostSeconds.toFixed(1)} s lost, {toldSeconds.toFixed(1)} s in the ledger
            {causes.length > 0 && ` as “${causes.join(', ')}”`}
          </p>
        ))}
        {isJudged && losses.length === 0 && <p className="drill-loss">Nothing was lost.</p>}
        {problems.map((problem) => (
          <p key={problem} className="drill-problem selectable">
            {problem}
          </p>
        ))}
      </div>
    </li>
  );
}

function FaultIcon({ state }: { readonly state: Fault['state'] }): ReactElement {
  switch (state) {
    case 'passed':
      return <CircleCheck size={16} className="drill-passed" aria-hidden />;
    case 'failed':
      return <TriangleAlert size={16} className="drill-failed" aria-hidden />;
    case 'waiting':
      return <Circle size={16} className="drill-waiting" aria-hidden />;
    default:
      return <Hourglass size={16} aria-hidden />;
  }
}

function Found({ report }: { readonly report: Report }): ReactElement {
  const { filesChecked, decoded, seams, comparedSeconds, notes, problems } = report;
  return (
    <div className="drill-found selectable">
      <p>
        {filesChecked} files {decoded ? 'checked and decoded' : 'checked; ffmpeg is not there to decode them'}. Seams:{' '}
        {seams.gapless} gapless, {seams.accounted} with a stated loss or a new beginning, {seams.unproven} unproven.{' '}
        {comparedSeconds.toFixed(1)} s compared with what was played.
      </p>
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {problems.map((problem) => (
        <p key={problem} className="drill-problem">
          {problem}
        </p>
      ))}
    </div>
  );
}
