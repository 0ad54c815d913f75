import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { count } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { sentence as sentenceOf } from '../../stores/notices.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';
import { ImportButton } from '../isr/ImportButton.tsx';
import { LicencesPlace, VersionsPlace } from './AboutPlace.tsx';
import { LogsPlace, ReportPlace } from './LogsPlace.tsx';
import type { PlaceProps } from './place.ts';
import { SourcesPlace } from './SourcesPlace.tsx';
import { StoragePlace } from './StoragePlace.tsx';
import { TransferPlace } from './TransferPlace.tsx';

interface DoorProps extends PlaceProps {
  readonly button: ReactNode;
}

/** A button that leads somewhere, and what is there. */
function Door({ name, sentence, button }: DoorProps): ReactElement {
  return (
    <FieldGroup label={name}>
      <div className="settings-line">
        {button}
        <p className="settings-outcome">{sentence}</p>
      </div>
    </FieldGroup>
  );
}

const { show } = dialogsStore.getState();

/** Makes the list of recordings anew. */
export function RescanPlace({ name, sentence }: PlaceProps): ReactElement {
  const running = useSettings((state) => state.rescan);
  const [outcome, setOutcome] = useState<string>();

  const start = (): void => {
    setOutcome(undefined);
    settingsStore
      .getState()
      .startRescan()
      .then(
        ({ added, updated, removed, unreadable }) =>
          setOutcome(
            `Done: ${added} added, ${updated} updated, ${removed} no longer there` +
              (unreadable > 0
                ? `, ${count(unreadable, 'file')} could not be read. The log names ${unreadable === 1 ? 'it' : 'them'}.`
                : '.'),
          ),
        (error: unknown) => setOutcome(sentenceOf(error)),
      );
  };

  return (
    <FieldGroup label={name}>
      <div className="settings-line" role="status">
        <Button disabled={running !== undefined} onClick={start}>
          Rescan library
        </Button>
        <p className="settings-outcome">
          {running ? `${count(running.files, 'file')} looked at…` : (outcome ?? sentence)}
        </p>
      </div>
    </FieldGroup>
  );
}

/** What is among the settings and is no setting, by its id. */
export const PLACES: Readonly<Record<string, (props: PlaceProps) => ReactElement | null>> = {
  'place.about': VersionsPlace,
  'place.help': (props) => <Door {...props} button={<Button onClick={() => show({ name: 'help' })}>Help</Button>} />,
  'place.licences': LicencesPlace,
  'place.logs': LogsPlace,
  'place.report': ReportPlace,
  'place.sources': SourcesPlace,
  'place.storage': StoragePlace,
  'place.transfer': TransferPlace,
  'place.rescan': RescanPlace,
  'place.isr': (props) => <Door {...props} button={<ImportButton />} />,
  'place.targets': (props) => (
    <Door {...props} button={<Button onClick={() => show({ name: 'uploads' })}>Targets and uploads…</Button>} />
  ),
  'place.drill': (props) => (
    <Door {...props} button={<Button onClick={() => show({ name: 'drill' })}>Failure drill…</Button>} />
  ),
  'place.trash': (props) => (
    <Door {...props} button={<Button onClick={() => show({ name: 'trash' })}>Trash…</Button>} />
  ),
  'place.keys': (props) => (
    <Door {...props} button={<Button onClick={() => show({ name: 'shortcuts' })}>Show all keys</Button>} />
  ),
};
