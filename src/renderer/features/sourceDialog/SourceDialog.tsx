import { AudioWaveform, Mic, RadioTower } from 'lucide-react';
import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import type { Source } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Segments, TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { Note } from '../../elements/States.tsx';
import { attempt, sentence } from '../../stores/notices.ts';
import { isArmed, useSources, sourcesStore } from '../../stores/sources.ts';
import { SourceMeter } from '../sources/SourceMeter.tsx';
import type { SourceKind } from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';
import { CardFields } from './CardFields.tsx';
import { AlarmFields } from '../alarms/AlarmFields.tsx';
import { DeviceList } from './DeviceList.tsx';
import {
  beginsNewRecording,
  check,
  emptyForm,
  type Form,
  formOf,
  freeName,
  offeredName,
  settingsFor,
  withAlarms,
  withPlan,
} from './draft.ts';
import { GeneratorFields } from './GeneratorFields.tsx';
import { LevelPreview } from './LevelPreview.tsx';
import { PlanFields } from './PlanFields.tsx';
import { SourceTargets } from '../uploads/SourceTargets.tsx';
import { PcmFields } from './SoundcardFields.tsx';
import { StreamFields } from './StreamFields.tsx';
import { useDevices } from './useDevices.ts';
import './sourceDialog.css';

const KINDS: readonly { readonly value: SourceKind; readonly label: string; readonly icon: ReactElement }[] = [
  { value: 'soundcard', label: 'Microphone or line-in', icon: <Mic size={14} aria-hidden /> },
  { value: 'stream', label: 'Stream', icon: <RadioTower size={14} aria-hidden /> },
  { value: 'generator', label: 'Test signal', icon: <AudioWaveform size={14} aria-hidden /> },
];

/** Longest name, characters. */
const LONGEST_NAME = 80;
/** Stands in for a name that is not typed yet, where only the rest matters. */
const ANY_NAME = 'Preview';

function nameHint(name: string): string {
  return name.length < LONGEST_NAME
    ? 'Shown in the lists and used in file names.'
    : `${name.length} of ${LONGEST_NAME} characters`;
}

interface SourceDialogProps {
  /** What is edited; absent when a source is added. */
  readonly source?: Source;
  readonly kind: SourceKind;
  onClose(): void;
}

export function SourceDialog({ source, kind, onClose }: SourceDialogProps): ReactElement {
  const [form, setForm] = useState<Form>(() => (source ? formOf(source.config) : emptyForm(kind)));
  const [named, setNamed] = useState(source !== undefined);
  const [station, setStation] = useState<string>();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const formId = useId();
  const [attempts, setAttempts] = useState(0);
  const { phase, devices, refresh } = useDevices(form.kind === 'soundcard');

  const others = useSources((state) => state.byId);
  const taken = [...others.values()].map(({ config }) => config.name);
  const offered = offeredName(form, devices, station);
  const complete: Form =
    named || offered === '' ? form : { ...form, name: freeName(offered, taken).slice(0, LONGEST_NAME) };
  const checked = check(complete);
  const errors = checked.ok ? new Map<string, string>() : checked.errors;
  const shownErrors = new Map([...errors].filter(([field]) => touched.has(field)));
  const listened = check(form, ANY_NAME);
  const channels = form.kind === 'generator' ? form.generator.channels : form.soundcard.channels;
  const recording = source?.status.state === 'recording';

  const change = (next: Partial<Form>): void => setForm((before) => ({ ...before, ...next }));
  const touch = (...fields: readonly string[]): void => setTouched((before) => new Set([...before, ...fields]));

  const save = async (record: boolean): Promise<void> => {
    if (!checked.ok) {
      touch(...checked.errors.keys());
      setAttempts((before) => before + 1);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const { add, update, arm } = sourcesStore.getState();
      const saved = source ? await update(source.config.id, checked.draft) : await add(checked.draft);
      onClose();
      if (record) attempt(arm([saved.config.id]));
    } catch (error) {
      setBusy(false);
      setProblem(sentence(error));
    }
  };

  // Whoever tries to save what is not right is led to it.
  useEffect(() => {
    if (attempts > 0) document.querySelector<HTMLElement>('.dialog [aria-invalid]')?.focus();
  }, [attempts]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save(!source);
  };

  const { soundcard } = form;
  const noInput = form.kind === 'soundcard' && phase.name === 'ready' && devices.length === 0;
  const device = devices.find(({ name, isDefault }) =>
    soundcard.device === DEFAULT_DEVICE ? isDefault : name === soundcard.device,
  );
  return (
    <Dialog
      title={source ? `Edit ${source.config.name}` : 'Add a source'}
      width="medium"
      onClose={onClose}
      footer={
        <>
          <div className="dialog-note">
            {source &&
              isArmed(source) &&
              checked.ok &&
              beginsNewRecording(source.config, checked.draft) &&
              'Saving goes on in a new recording with the new settings.'}
            {!source && noInput && 'There is no input to record from.'}
          </div>
          <Button onClick={onClose}>Cancel</Button>
          {source ? (
            <Button look="primary" type="submit" form={formId} disabled={busy}>
              Save
            </Button>
          ) : (
            <>
              <Button disabled={busy} onClick={() => void save(false)}>
                Save
              </Button>
              <Button
                look="primary"
                type="submit"
                form={formId}
                disabled={busy || noInput}
                title={noInput ? 'There is no input to record from.' : undefined}
              >
                Save and record
              </Button>
            </>
          )}
        </>
      }
    >
      <form id={formId} className="fields" noValidate onSubmit={submit}>
        {!source && (
          <Segments
            label="Kind of source"
            value={form.kind}
            choices={KINDS}
            onChoose={(next) => change({ kind: next })}
          />
        )}
        {form.kind === 'soundcard' && (
          <>
            <DeviceList
              phase={phase}
              devices={devices}
              chosen={soundcard.device}
              onRefresh={refresh}
              onChoose={(name, chosen) => change({ soundcard: settingsFor(chosen, soundcard, name) })}
            />
            <CardFields
              card={soundcard}
              device={device}
              errors={errors}
              onChange={(card) => change({ soundcard: card })}
            />
          </>
        )}
        {form.kind === 'stream' && (
          <div className="fields" onBlur={(event) => event.target.getAttribute('type') === 'url' && touch('url')}>
            <StreamFields
              form={form}
              errors={shownErrors}
              sourceId={source?.config.id}
              hasPassword={source?.hasPassword ?? false}
              draft={listened.ok ? listened.draft : undefined}
              onChange={change}
              onReport={({ stationName }) => setStation(stationName === '' ? undefined : stationName)}
            />
          </div>
        )}
        {form.kind === 'generator' && (
          <>
            <GeneratorFields form={form} seedError={errors.get('seed')} onChange={change} />
            <PcmFields
              value={form.generator}
              maxChannels={8}
              onChange={(value) => change({ generator: { ...form.generator, ...value } })}
            />
          </>
        )}
        {form.kind !== 'stream' &&
          (source && recording ? (
            <FieldGroup label="Level" aside={<span className="field-note">From the recording that runs now.</span>}>
              <SourceMeter
                id={source.config.id}
                kind={source.config.kind}
                name={source.config.name}
                channels={channels}
                recording
              />
            </FieldGroup>
          ) : (
            <LevelPreview draft={listened.ok && !noInput ? listened.draft : undefined} channels={channels} />
          ))}
        <Field label="Name" hint={nameHint(complete.name)} error={shownErrors.get('name')}>
          {(control) => (
            <TextInput
              {...control}
              value={complete.name}
              maxLength={LONGEST_NAME}
              onBlur={() => touch('name')}
              onChange={(event) => {
                setNamed(true);
                change({ name: event.target.value });
              }}
            />
          )}
        </Field>
        <SourceTargets
          chosen={form.plan.targets ?? []}
          onChange={(targets) =>
            change({ plan: withPlan(form.plan, 'targets', targets.length > 0 ? [...targets] : undefined) })
          }
        />
        <PlanFields plan={form.plan} errors={errors} onChange={(plan) => change({ plan })} />
        <AlarmFields
          kind={form.kind}
          overrides={form.plan.alarms}
          onChange={(alarms) => change({ plan: withAlarms(form.plan, alarms) })}
        />
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
      </form>
    </Dialog>
  );
}
