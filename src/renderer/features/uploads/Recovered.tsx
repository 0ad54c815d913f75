import { type ReactElement, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Fold } from '../../elements/Fold.tsx';
import { count, size } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { type Recovered as Found, useUploads } from '../../stores/uploads.ts';
import { ENDED_STATES } from '../../../shared/domain/upload.ts';

/** What was under way when Longtake last ended: what is there, what is here, and that it goes on by itself. */
export function Recovered(): ReactElement | null {
  const recovered = useUploads((state) => state.recovered);
  const [seen, setSeen] = useState(false);
  const open = recovered.filter(({ upload }) => !ENDED_STATES.includes(upload.state));
  if (open.length === 0 || seen) return null;
  const goesOn = open.length === 1 ? 'goes on by itself' : 'go on by themselves';
  return (
    <section className="recovered" aria-label="From before">
      <Fold title={`${count(open.length, 'upload')} from before Longtake last ended ${goesOn}`}>
        <ul className="recovered-list">
          {open.map((found) => (
            <Line key={found.upload.id} found={found} />
          ))}
        </ul>
        <Button look="quiet" onClick={() => setSeen(true)}>
          Seen
        </Button>
      </Fold>
    </section>
  );
}

function Line({ found: { upload, there, here } }: { readonly found: Found[number] }): ReactElement {
  const { show } = dialogsStore.getState();
  return (
    <li className="recovered-line">
      <div className="upload-what">
        <p className="upload-name">
          <span className="ellipsis selectable">{upload.path}</span>
          <span className="upload-target">{upload.targetName}</span>
        </p>
        <p className="upload-long">
          {there
            ? `There: ${size(there.bytes)} in ${count(there.chunks, 'chunk')}.`
            : 'The target has not answered yet.'}{' '}
          {here ? `Here: ${size(here.bytes)}.` : 'The file is no longer here.'}
        </p>
      </div>
      <Button look="quiet" onClick={() => show({ name: 'endUpload', id: upload.id, how: 'finish' })}>
        Finish…
      </Button>
      <Button look="quiet" onClick={() => show({ name: 'endUpload', id: upload.id, how: 'discard' })}>
        Give up…
      </Button>
    </li>
  );
}
