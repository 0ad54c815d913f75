import { type ReactElement, useEffect, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Checkbox } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { Note } from '../../elements/States.tsx';
import { type Drill, drillActions, useDrill } from '../../stores/drill.ts';
import { sentence } from '../../stores/notices.ts';
import { useSources } from '../../stores/sources.ts';
import type { SourceId } from '../../../shared/units.ts';
import { copyText } from '../library/copyText.ts';
import { DrillOutcome } from './DrillOutcome.tsx';
import './drill.css';

const WHAT_IT_IS =
  'Records for a minute with a recorder and a folder of its own, and makes it lose its input, its stream, its disk, ' +
  'its process and the time. Your recordings are not touched.';

/** Makes faults happen to a recorder of the drill's own, and shows what each costs and what the ledger says. */
export function DrillDialog({ onClose }: { onClose(): void }): ReactElement {
  const drill = useDrill((state) => state.drill);
  const [again, setAgain] = useState(false);
  const [chosen, setChosen] = useState<readonly SourceId[]>([]);
  const [keep, setKeep] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => drillActions.follow(), []);
  const isWorking = drill?.state === 'working';
  const shown = again && !isWorking ? undefined : drill;

  const start = (): void => {
    setProblem(undefined);
    drillActions.start({ sourceIds: [...chosen], keep }).then(
      () => setAgain(false),
      (error: unknown) => setProblem(sentence(error)),
    );
  };
  const cancel = (): void => {
    drillActions.cancel().catch((error: unknown) => setProblem(sentence(error)));
  };

  return (
    <Dialog
      title="Failure drill"
      description={WHAT_IT_IS}
      onClose={onClose}
      footer={
        <Buttons
          drill={shown}
          onStart={start}
          onCancel={cancel}
          onAgain={() => {
            setProblem(undefined);
            setAgain(true);
          }}
          onClose={onClose}
        />
      }
    >
      <div className="fields">
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
        {shown ? (
          <DrillOutcome drill={shown} />
        ) : (
          <Choice chosen={chosen} onChoose={setChosen} keep={keep} onKeep={setKeep} />
        )}
      </div>
    </Dialog>
  );
}

interface ButtonsProps {
  readonly drill: Drill | undefined;
  onStart(): void;
  onCancel(): void;
  onAgain(): void;
  onClose(): void;
}

function Buttons({ drill, onStart, onCancel, onAgain, onClose }: ButtonsProps): ReactElement {
  if (!drill) {
    return (
      <Button look="primary" onClick={onStart}>
        Start the drill
      </Button>
    );
  }
  if (drill.state === 'working') {
    return (
      <>
        <p className="dialog-note">It goes on when this dialog is closed.</p>
        <Button onClick={onCancel}>Cancel the drill</Button>
      </>
    );
  }
  const { report } = drill;
  return (
    <>
      {report && <Button onClick={() => copyText(report.text)}>Copy the report</Button>}
      <Button onClick={onAgain}>Another drill</Button>
      <Button look="primary" onClick={onClose}>
        Done
      </Button>
    </>
  );
}

interface ChoiceProps {
  readonly chosen: readonly SourceId[];
  readonly keep: boolean;
  onChoose(chosen: readonly SourceId[]): void;
  onKeep(keep: boolean): void;
}

function Choice({ chosen, keep, onChoose, onKeep }: ChoiceProps): ReactElement {
  const sources = [...useSources((state) => state.byId).values()];
  return (
    <>
      <FieldGroup label="Sources">
        <p className="drill-hint">
          With none chosen, the drill uses a test signal and a station of its own. A chosen source is captured a second
          time; where that is not possible, a test signal takes its place.
        </p>
        {sources.map(({ config }) => (
          <Checkbox
            key={config.id}
            label={config.name}
            checked={chosen.includes(config.id)}
            onChange={(isChosen) =>
              onChoose(isChosen ? [...chosen, config.id] : chosen.filter((id) => id !== config.id))
            }
          />
        ))}
      </FieldGroup>
      <Checkbox
        label="Keep what the drill records"
        note="Otherwise its files and its ledger are removed at the end."
        checked={keep}
        onChange={onKeep}
      />
    </>
  );
}
