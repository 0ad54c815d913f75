import { FolderClock, SearchX } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { filterStore, isFiltered, useFilter } from '../../stores/filter.ts';
import { useLibrary, libraryStore } from '../../stores/library.ts';
import { attempt } from '../../stores/notices.ts';
import { isArmed, useSources, sourcesStore } from '../../stores/sources.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { LibraryGrid } from './LibraryGrid.tsx';
import './library.css';

/** Centre: what has been recorded, by day, newest first. */
export function Library(): ReactElement {
  return (
    <section className="library" aria-label="Recordings">
      <LibraryContent />
    </section>
  );
}

function LibraryContent(): ReactElement {
  const phase = useLibrary((state) => state.phase);
  const empty = useLibrary((state) => state.days.length === 0);
  const filtered = useFilter((state) => isFiltered(state.filter));
  if (phase.name === 'loading') return <Skeleton rows={12} height="row" label="Recordings are being loaded" />;
  if (phase.name === 'error') {
    return (
      <ErrorState
        title="The recordings could not be listed."
        message={phase.message}
        onRetry={() => void libraryStore.getState().load()}
      />
    );
  }
  if (!empty) return <LibraryGrid />;
  return filtered ? <NothingFound /> : <EmptyLibrary />;
}

function NothingFound(): ReactElement {
  return (
    <EmptyState
      icon={<SearchX size={24} aria-hidden />}
      title="No recording is like that"
      action={<Button onClick={() => filterStore.getState().clear()}>Clear all filters</Button>}
    >
      No recording meets all that is searched for and filtered by.
    </EmptyState>
  );
}

function EmptyLibrary(): ReactElement {
  const sources = useSources((state) => state.byId);
  const waiting = [...sources.values()].some(isArmed);
  return (
    <EmptyState
      icon={<FolderClock size={24} aria-hidden />}
      title="No recordings yet"
      action={!waiting && <FirstStep hasSources={sources.size > 0} />}
    >
      {waiting
        ? 'The first one appears here as soon as a source delivers.'
        : 'Every recording will be listed here by day, from its first second on.'}
    </EmptyState>
  );
}

function FirstStep({ hasSources }: { readonly hasSources: boolean }): ReactElement {
  return hasSources ? (
    <Button look="primary" onClick={() => attempt(sourcesStore.getState().arm())}>
      Record all sources
    </Button>
  ) : (
    <Button look="primary" onClick={() => dialogsStore.getState().show({ name: 'addSource', kind: 'soundcard' })}>
      Add a source
    </Button>
  );
}
