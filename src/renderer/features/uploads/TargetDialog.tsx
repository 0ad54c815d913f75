import { Check, TriangleAlert } from 'lucide-react';
import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, Segments, TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field } from '../../elements/Field.tsx';
import { Fold } from '../../elements/Fold.tsx';
import { Note } from '../../elements/States.tsx';
import { protectionOf } from '../../format/protection.ts';
import { sentence } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import { targetsStore, useTargets } from '../../stores/targets.ts';
import type { TargetDraft } from '../../../shared/domain/target.ts';
import type { TargetId } from '../../../shared/units.ts';
import { S3Fields } from './S3Fields.tsx';
import { SpeakrFields } from './SpeakrFields.tsx';
import { checkTarget, EMPTY_TARGET, formOfTarget, needsConsent, secretName, type TargetForm } from './targetForm.ts';
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
  const [form, setForm] = useState<TargetForm>(() => (view ? formOfTarget(view.target) : EMPTY_TARGET));
  const [attempts, setAttempts] = useState(0);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const protection = useSettings((state) => state.info?.secretsProtection);
  const formId = useId();
  // A secret belongs to the way of logging in that it was stored for.
  const hasSecret = (view?.hasSecret ?? false) && view?.target.kind === form.kind;
  const checked = checkTarget(form, hasSecret);
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
      const { add, update } = targetsStore.getState();
      await (id === undefined ? add(draft) : update(id, draft));
      onClose();
    } catch (error) {
      setBusy(false);
      setProblem(sentence(error));
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.ok) void save(checked.draft);
    else setAttempts((before) => before + 1);
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
              placeholder="Archive"
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
        <Probe
          key={JSON.stringify(checked.ok ? checked.draft : form)}
          draft={checked.ok ? checked.draft : undefined}
          id={id}
        />
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

/** Where a person gets what is asked for. */
const WHERE_FROM = {
  'longtake-server': 'The server tells it once: when it first starts, and when a user is added there.',
  speakr: '',
  s3: '',
} as const;
const CHUNKS = { speakr: 15, 'longtake-server': 2, s3: 3 } as const;

function More({ form, errors, onChange }: TargetFieldsProps): ReactElement {
  return (
    <Fold title="Chunks and safety">
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

type Outcome = { readonly name: 'idle' | 'running' } | { readonly name: 'good' | 'bad'; readonly message: string };

interface ProbeProps {
  /** What would be tried; undefined while it is not valid. */
  readonly draft: TargetDraft | undefined;
  readonly id: TargetId | undefined;
}

/** Tries address and credentials before they are saved. */
function Probe({ draft, id }: ProbeProps): ReactElement {
  const [outcome, setOutcome] = useState<Outcome>({ name: 'idle' });
  const run = (wanted: TargetDraft): void => {
    setOutcome({ name: 'running' });
    request('targets.probe', { draft: wanted, ...(id === undefined ? {} : { id }) }).then(
      ({ message }) => setOutcome({ name: 'good', message }),
      (error: unknown) => setOutcome({ name: 'bad', message: sentence(error) }),
    );
  };
  return (
    <div className="target-probe" role="status">
      {/* Not disabled while it runs, for that would take the focus away. */}
      <Button
        disabled={!draft}
        aria-disabled={outcome.name === 'running'}
        onClick={() => draft && outcome.name !== 'running' && run(draft)}
      >
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
