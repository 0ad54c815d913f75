import { Plus } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Segments } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { feeds, targetsStore, useTargets } from '../../stores/targets.ts';
import { type Shown, uploadsStore, useUploads } from '../../stores/uploads.ts';
import { BandwidthField } from './BandwidthField.tsx';
import { Recovered } from './Recovered.tsx';
import { TargetCard } from './TargetCard.tsx';
import { UploadLine } from './UploadLine.tsx';
import './uploads.css';

const SHOWN: readonly { readonly value: Shown; readonly label: string }[] = [
  { value: 'unfinished', label: 'Under way' },
  { value: 'needsPerson', label: 'Needs you' },
  { value: 'all', label: 'All' },
];

const NOTHING: Readonly<Record<Shown, string>> = {
  unfinished: 'Nothing is under way.',
  needsPerson: 'Nothing needs you.',
  all: 'Nothing was uploaded yet.',
};

/** Where recordings go, how that goes, and what can be done about it. */
export function UploadsDialog({ onClose }: { onClose(): void }): ReactElement {
  const phase = useTargets((state) => state.phase);
  const targets = useTargets((state) => state.targets);
  useEffect(() => {
    attempt(uploadsStore.getState().load());
    void uploadsStore.getState().show('unfinished');
  }, []);
  const add = (): void => dialogsStore.getState().show({ name: 'target' });
  return (
    <Dialog
      title="Uploads"
      width="wide"
      onClose={onClose}
      footer={
        <>
          <p className="dialog-note">Recording never waits for an upload, and nothing is given up by itself.</p>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {phase.name === 'error' && (
        <ErrorState
          title="The targets could not be read."
          message={phase.message}
          onRetry={() => void targetsStore.getState().load()}
        />
      )}
      {phase.name === 'loading' && <Skeleton rows={2} height="card" label="Targets are being read" />}
      {phase.name === 'ready' && targets.length === 0 && (
        <EmptyState
          title="No target yet"
          action={
            <Button look="primary" onClick={add}>
              <Plus size={14} aria-hidden /> Add a target
            </Button>
          }
        >
          A target takes what is recorded within seconds, so that a stolen computer or a dead disk costs no more than
          that: a Speakr server, a Longtake server, or S3 storage.
        </EmptyState>
      )}
      {targets.length > 0 && (
        <div className="fields">
          <Recovered />
          <section className="targets" aria-label="Targets">
            <ul>
              {targets.map((view) => (
                <TargetCard key={view.target.id} view={view} />
              ))}
            </ul>
            <Button onClick={add}>
              <Plus size={14} aria-hidden /> Add a target
            </Button>
          </section>
          <List />
          <BandwidthField />
        </div>
      )}
    </Dialog>
  );
}

function List(): ReactElement {
  const { phase, list, shown, hasMore } = useUploads((state) => state);
  const isFed = useTargets(feeds);
  return (
    <section className="uploads" aria-label="Recordings">
      <div className="uploads-head">
        <h3>Recordings</h3>
        <Segments
          label="Which uploads are shown"
          value={shown}
          choices={SHOWN}
          onChoose={(next) => void uploadsStore.getState().show(next)}
        />
      </div>
      {phase.name === 'error' && (
        <ErrorState
          title="The uploads could not be read."
          message={phase.message}
          onRetry={() => void uploadsStore.getState().show(shown)}
        />
      )}
      {phase.name === 'ready' && list.length === 0 && (
        <p className="uploads-none">
          {NOTHING[shown]}
          {shown === 'unfinished' && isFed && ' What was recorded for these targets is safe there.'}
        </p>
      )}
      {list.length > 0 && (
        <ul className="uploads-list" aria-label="Uploads">
          {list.map((upload) => (
            <UploadLine key={upload.id} upload={upload} />
          ))}
          {hasMore && (
            <li className="uploads-more">
              <Button look="quiet" onClick={() => attempt(uploadsStore.getState().loadMore())}>
                Show more
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
