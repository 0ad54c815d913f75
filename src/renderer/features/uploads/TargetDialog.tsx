import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, Segments, TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { Fold } from '../../elements/Fold.tsx';
import { Note } from '../../elements/States.tsx';
import { protectionOf } from '../../format/protection.ts';
import { sentence } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import { useSources } from '../../stores/sources.ts';
import { targetsStore, useTargets } from '../../stores/targets.ts';
import type { TargetDraft } from '../../../shared/domain/target.ts';
import type { SourceId, TargetId } from '../../../shared/units.ts';
import { S3Fields } from './S3Fields.tsx';
import { SpeakrFields } from './SpeakrFields.tsx';
import {
  checkTarget,
  EMPTY_TARGET,
  formOfTarget,
  needsConsent,
  offeredTargetName,
  secretName,
  type TargetForm,
} from './targetForm.ts';
import { TargetProbe } from './TargetProbe.tsx';
import { KIND_NAMES } from './uploadWords.ts';
import './uploads.css';

const KINDS = (['longtake-server', 'speakr', 's3'] as const).map((value) => ({ value, label: KIND_NAMES[value] }));

interface TargetDialogProps {
  /** What is edited; absent when a target is added. */
  readonly id?: TargetId | undefined;
  onClose(): void;
}

/** What a group of fields shows and changes. */
export interface TargetFieldsProps {
  readonly form: TargetForm;
  readonly errors: ReadonlyMap<string, string>;
  onChange(change: Partial<TargetForm>): void;
}

export function TargetDialog({ id, onClose }: TargetDialogProps): ReactElement {
  const view = useTargets(({ targets }) => targets.find(({ target }) => target.id === id));
  const sources = useSources((state) => state.byId);
  // A new target is for everything, until a source is taken out.
  const [from, setFrom] = useState<ReadonlySet<SourceId>>(
    () =>
      new Set(
        [...sources.values()].flatMap(({ config }) =>
          id === undefined || config.targets?.includes(id) ? [config.id] : [],
        ),
      ),
  );
  /** Also of one that was added, and whose sources could not be saved. */
  const [savedId, setSavedId] = useState(id);
  const [form, setForm] = useState<TargetForm>(() => (view ? formOfTarget(view.target) : EMPTY_TARGET));
  const [attempts, setAttempts] = useState(0);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const protection = useSettings((state) => state.info?.secretsProtection);
  const formId = useId();
  // A secret belongs to the way of logging in that it was stored for.
  const hasSecret = (view?.hasSecret ?? false) && view?.target.kind === form.kind;
  const offered = offeredTargetName(form);
  const checked = checkTarget(form.name.trim() === '' ? { ...form, name: offered } : form, hasSecret);
  const errors = checked.ok || attempts === 0 ? new Map<string, string>() : checked.errors;
  const change = (next: Partial<TargetForm>): void => setForm((before) => ({ ...before, ...next }));

  // Whoever tries to save what is not right is led to it.
  useEffect(() => {
    if (attempts > 0) document.querySelector<HTMLElement>('.dialog [aria-invalid]')?.focus();
  }, [attempts]);

  const save = async (draft: TargetDraft): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { add, update, chooseSources } = targetsStore.getState();
      const kept = savedId ?? (await add(draft)).target.id;
      if (savedId !== undefined) await update(savedId, draft);
      setSavedId(kept);
      await chooseSources(kept, from);
      onClose();
    } catch (error) {
      setBusy(false);
      setProblem(sentence(error));
    }
  };
  const showErrors = (): void => setAttempts((before) => before + 1);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.ok) void save(checked.draft);
    else showErrors();
  };

  return (
    <Dialog
      title={view ? `Edit ${view.target.name}` : 'Add a target'}
      onClose={onClose}
      footer={
        <>
          <div className="dialog-note" />
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={formId} disabled={busy}>
            Save
          </Button>
        </>
      }
    >
      <form id={formId} className="fields" noValidate onSubmit={submit}>
        {!view && (
          <Segments
            label="Kind of target"
            value={form.kind}
            choices={KINDS}
            onChoose={(kind) => change({ kind, secret: '' })}
          />
        )}
        <Field label="Name" error={errors.get('name')}>
          {(control) => (
            <TextInput
              {...control}
              data-first-focus
              value={form.name}
              maxLength={80}
              placeholder={offered === '' ? 'Archive' : offered}
              onChange={(event) => change({ name: event.target.value })}
            />
          )}
        </Field>
        {form.kind === 's3' ? (
          <S3Fields form={form} errors={errors} onChange={change} />
        ) : (
          <Address form={form} errors={errors} onChange={change} />
        )}
        {form.kind === 'speakr' && <SpeakrFields form={form} errors={errors} onChange={change} />}
        <Field
          label={secretName(form)}
          hint={[
            hasSecret ? 'Leave empty to keep the stored one.' : WHERE_FROM[form.kind],
            protection ? protectionOf(protection, 'It') : '',
          ]
            .filter(Boolean)
            .join(' ')}
          error={errors.get('secret')}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              value={form.secret}
              maxLength={4000}
              placeholder={hasSecret ? 'Kept; type to replace it' : ''}
              onChange={(event) => change({ secret: event.target.value })}
            />
          )}
        </Field>
        {(needsConsent(form) || form.insecure) && (
          <Checkbox
            label="Send without encryption, or to a certificate that nobody vouches for"
            note="Anybody on the way can listen, and can read the credentials."
            checked={form.insecure}
            onChange={(insecure) => change({ insecure })}
          />
        )}
        <TargetProbe
          key={JSON.stringify(checked.ok ? checked.draft : form)}
          draft={checked.ok ? checked.draft : undefined}
          id={savedId}
          onMissing={showErrors}
        />
        {sources.size > 0 && <Feeding chosen={from} onChange={setFrom} />}
        <More form={form} errors={errors} onChange={change} />
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
      </form>
    </Dialog>
  );
}

function Address({ form, errors, onChange }: TargetFieldsProps): ReactElement {
  return (
    <Field label="Address" error={errors.get('url')}>
      {(control) => (
        <TextInput
          {...control}
          type="url"
          value={form.url}
          placeholder="https://audio.example.org"
          onChange={(event) => onChange({ url: event.target.value })}
        />
      )}
    </Field>
  );
}

interface FeedingProps {
  readonly chosen: ReadonlySet<SourceId>;
  onChange(chosen: ReadonlySet<SourceId>): void;
}

/** Which sources upload here while they record. */
function Feeding({ chosen, onChange }: FeedingProps): ReactElement {
  const sources = useSources((state) => state.byId);
  return (
    <FieldGroup label="Upload here while recording">
      <div className="target-feeding">
        {[...sources.values()].map(({ config: { id, name } }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.has(id)}
            onChange={(on) => onChange(new Set(on ? [...chosen, id] : [...chosen].filter((one) => one !== id)))}
          />
        ))}
      </div>
      {chosen.size === 0 && <p className="field-note field-error">Without a source nothing is uploaded here.</p>}
    </FieldGroup>
  );
}

/** Where a person gets what is asked for. */
const WHERE_FROM = {
  'longtake-server':
    'The server (longtake serve-sessions on a computer of yours; see Help) tells it once: when it first starts, and when a user is added there.',
  speakr: '',
  s3: '',
} as const;
const CHUNKS = { speakr: 15, 'longtake-server': 2, s3: 3 } as const;

function More({ form, errors, onChange }: TargetFieldsProps): ReactElement {
  return (
    <Fold title="Advanced">
      <div className="fields">
        {form.kind !== 's3' && (
          <Field
            label="Title"
            hint="Of a recording there. {source} is the source; %Y %m %d %H %M are date and time. Empty: source and start."
            error={errors.get('title')}
          >
            {(control) => (
              <TextInput
                {...control}
                value={form.title}
                maxLength={200}
                onChange={(event) => onChange({ title: event.target.value })}
              />
            )}
          </Field>
        )}
        <Field
          label="Length of a chunk"
          hint={`Seconds; what is younger than this is here alone. Empty: ${CHUNKS[form.kind]}, more where a server asks for it.`}
          error={errors.get('chunkSeconds')}
        >
          {(control) => (
            <TextInput
              {...control}
              inputMode="decimal"
              value={form.chunkSeconds}
              placeholder={String(CHUNKS[form.kind])}
              onChange={(event) => onChange({ chunkSeconds: event.target.value })}
            />
          )}
        </Field>
        <Checkbox
          label="Delete nothing here before it is safe there"
          note="Holds for the rules that delete old recordings, and for you until you are asked once more."
          checked={form.required}
          onChange={(required) => onChange({ required })}
        />
      </div>
    </Fold>
  );
}
