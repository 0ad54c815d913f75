import { SlidersHorizontal } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import type { Detection } from '../../../shared/domain/section.ts';
import type { SourceId } from '../../../shared/units.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { Select, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { Popover } from '../../elements/Popover.tsx';
import { count } from '../../format/quantity.ts';
import { attempt } from '../../stores/notices.ts';
import { useReview } from '../../stores/review.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';
import { sourcesStore, useSources } from '../../stores/sources.ts';
import { type DetectionTexts, overridesOf, parseDetection, textsOf } from './detectionForm.ts';

/** Typing goes on for so long before it is tried, ms. */
const PAUSE_MS = 300;

/** What makes a section, of all sources or of one. What is changed shows its effect at once. */
export function DetectionPopover(): ReactElement {
  return (
    <Popover
      label="What makes a section"
      align="end"
      className="detection"
      trigger={
        <IconButton label="What makes a section">
          <SlidersHorizontal size={16} aria-hidden />
        </IconButton>
      }
    >
      {() => <DetectionForm />}
    </Popover>
  );
}

function DetectionForm(): ReactElement | null {
  const [id, setId] = useState<SourceId | ''>('');
  const general = useSettings((state) => state.settings?.detection);
  const sources = useSources((state) => state.byId);
  const total = useReview((state) => state.total);
  const own = id === '' ? undefined : sources.get(id)?.config.detection;
  if (!general) return null;
  const choices = [...sources.values()].map(({ config }) => ({
    value: config.id as SourceId | '',
    label: config.name,
  }));
  return (
    <div className="fields">
      <h2 className="detection-title">What makes a section</h2>
      <Field label="Of">
        {(control) => (
          <Select
            {...control}
            value={id}
            choices={[{ value: '', label: 'All sources' }, ...choices]}
            onChoose={(value) => setId(value)}
          />
        )}
      </Field>
      <DetectionFields
        key={id}
        detection={{ ...general, ...withoutUndefined(own) }}
        onChange={(next) => attempt(save(id, next))}
      />
      <div className="detection-foot">
        <p role="status">{count(total, 'section')} in the days in view</p>
        {own !== undefined && (
          <Button
            onClick={() => {
              attempt(save(id, general));
              setId('');
            }}
          >
            As all sources
          </Button>
        )}
      </div>
    </div>
  );
}

interface DetectionFieldsProps {
  readonly detection: Detection;
  onChange(detection: Detection): void;
}

function DetectionFields({ detection, onChange }: DetectionFieldsProps): ReactElement {
  const [texts, setTexts] = useState<DetectionTexts>(() => textsOf(detection));
  const [typed, setTyped] = useState(0);
  const parsed = parseDetection(texts);
  const errors = 'errors' in parsed ? parsed.errors : {};

  useEffect(() => {
    if (typed === 0) return undefined;
    const timer = setTimeout(() => {
      const latest = parseDetection(texts);
      if ('detection' in latest) onChange(latest.detection);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- only what was typed is tried, and not every new parent
  }, [typed, texts]);

  const field = (key: keyof Detection, label: string, hint: string, step: number): ReactElement => (
    <Field label={label} hint={hint} error={errors[key]}>
      {(control) => (
        <TextInput
          {...control}
          type="number"
          step={step}
          value={texts[key]}
          onChange={({ target }) => {
            setTexts({ ...texts, [key]: target.value });
            setTyped(typed + 1);
          }}
        />
      )}
    </Field>
  );

  return (
    <>
      {field('marginDb', 'Margin, dB', 'So far above the noise floor.', 1)}
      <div className="field-row">
        {field('graceSeconds', 'Grace, seconds', 'Less quiet than this joins.', 0.5)}
        {field('minSeconds', 'Least length, seconds', 'Shorter is left out.', 0.5)}
      </div>
      {field('preRollSeconds', 'Pre-roll, seconds', 'So much is played before it.', 0.5)}
    </>
  );
}

/** An override that is there and says nothing does not hide the general one. */
const withoutUndefined = (own: { readonly [Key in keyof Detection]?: Detection[Key] | undefined } | undefined) =>
  Object.fromEntries(Object.entries(own ?? {}).filter(([, value]) => value !== undefined)) as Partial<Detection>;

async function save(id: SourceId | '', detection: Detection): Promise<void> {
  const { settings, update } = settingsStore.getState();
  if (id === '') return update({ detection });
  const config = sourcesStore.getState().byId.get(id)?.config;
  if (!config || !settings) return;
  const { id: _id, detection: _before, ...draft } = config;
  const overrides = overridesOf(detection, settings.detection);
  await sourcesStore.getState().update(id, overrides === undefined ? draft : { ...draft, detection: overrides });
}
