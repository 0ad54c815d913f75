import { Check, TriangleAlert } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import type { TargetDraft } from '../../../shared/domain/target.ts';
import type { TargetId } from '../../../shared/units.ts';
import { probeSentence } from './uploadWords.ts';

type Outcome = { readonly name: 'idle' | 'running' } | { readonly name: 'good' | 'bad'; readonly message: string };

interface TargetProbeProps {
  /** What would be tried; undefined while it is not valid. */
  readonly draft: TargetDraft | undefined;
  readonly id: TargetId | undefined;
  /** It was asked for while something is missing. */
  onMissing(): void;
}

/** Tries address and credentials before they are saved. */
export function TargetProbe({ draft, id, onMissing }: TargetProbeProps): ReactElement {
  const [outcome, setOutcome] = useState<Outcome>({ name: 'idle' });
  const run = (wanted: TargetDraft): void => {
    setOutcome({ name: 'running' });
    request('targets.probe', { draft: wanted, ...(id === undefined ? {} : { id }) }).then(
      ({ message }) => setOutcome({ name: 'good', message }),
      (error: unknown) => setOutcome({ name: 'bad', message: probeSentence(error) }),
    );
  };
  const press = (): void => {
    if (!draft) onMissing();
    else if (outcome.name !== 'running') run(draft);
  };
  return (
    <div className="target-probe" role="status">
      {/* Not disabled while it runs, for that would take the focus away. */}
      <Button aria-disabled={outcome.name === 'running'} onClick={press}>
        {outcome.name === 'running' ? 'Trying…' : 'Try it'}
      </Button>
      {outcome.name === 'idle' && <p className="field-note">Says whether address and credentials are right.</p>}
      {outcome.name === 'running' && <p className="field-note">This takes 15 s at most.</p>}
      {outcome.name === 'good' && (
        <p className="target-good selectable">
          <Check size={14} aria-hidden />
          {outcome.message}
        </p>
      )}
      {outcome.name === 'bad' && (
        <p className="target-bad selectable">
          <TriangleAlert size={14} aria-hidden />
          {outcome.message}
        </p>
      )}
    </div>
  );
}
