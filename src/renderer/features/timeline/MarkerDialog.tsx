import { type FormEvent, type ReactElement, useId, useState } from 'react';
import type { Marker } from '../../../shared/domain/section.ts';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field } from '../../elements/Field.tsx';
import { dayTitle, wallTimeTenths } from '../../format/time.ts';
import { attempt } from '../../stores/notices.ts';
import { undoStore } from '../../stores/undo.ts';
import { localOffset } from './ticks.ts';

interface MarkerDialogProps {
  readonly marker: Marker;
  onClose(): void;
}

/** Names a marker, or removes it. */
export function MarkerDialog({ marker, onClose }: MarkerDialogProps): ReactElement {
  const [label, setLabel] = useState(marker.label);
  const form = useId();
  const time = wallTimeTenths(marker.at, localOffset(marker.at));

  const save = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    attempt(request('markers.update', { id: marker.id, label }));
  };
  const remove = (): void => {
    onClose();
    attempt(
      request('markers.remove', { id: marker.id }).then(() => {
        const { at, sourceId } = marker;
        undoStore.getState().did({
          what: `Removed the marker at ${time}`,
          undo: async () =>
            void (await request('markers.add', {
              at,
              label: marker.label,
              ...(sourceId === undefined ? {} : { sourceId }),
            })),
        });
      }),
    );
  };

  return (
    <Dialog
      title="Marker"
      description={`${dayTitle(marker.day)}, ${time}`}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={remove}>Remove the marker</Button>
          <Button look="primary" type="submit" form={form}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} className="fields" onSubmit={save}>
        <Field label="Name">
          {(control) => (
            <TextInput {...control} maxLength={80} value={label} onChange={(event) => setLabel(event.target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
