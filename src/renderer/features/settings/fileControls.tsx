import { FolderOpen } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Select, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { size } from '../../format/quantity.ts';
import { splitLength } from '../../format/time.ts';
import { attempt, sentence as sentenceOf } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import type { ControlProps } from './control.ts';
import { parseSplit, SPLIT_PRESETS, typedSplit, type Unit } from './split.ts';

/** A typed pattern is tried out when typing rests for this long, ms. */
const PREVIEW_MS = 200;

const UNITS: readonly { readonly value: Unit; readonly label: string }[] = [
  { value: 'minutes', label: 'minutes' },
  { value: 'seconds', label: 'seconds' },
];

/** The folder below which everything is recorded. */
export function FolderControl({ name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const storage = useSettings((state) => state.storage);
  const choose = async (): Promise<void> => {
    const { folder } = await request('desktop.chooseFolder', {});
    if (folder !== undefined) onUpdate({ recordingsFolder: folder });
  };
  return (
    <FieldGroup
      label={name}
      aside={storage?.freeBytes !== undefined && <span className="field-note">{size(storage.freeBytes)} free</span>}
    >
      <div className="settings-line">
        <code className="settings-path selectable">{settings.recordingsFolder}</code>
        <Button onClick={() => attempt(choose())}>Choose…</Button>
        <Button onClick={() => attempt(request('desktop.openRecordingsFolder', {}))}>
          <FolderOpen size={14} aria-hidden />
          Open
        </Button>
      </div>
      <p className="field-note">{sentence}</p>
    </FieldGroup>
  );
}

const CUSTOM = 0;

/** How often a new file begins. */
export function SplitControl({ name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const { splitSeconds } = settings;
  const isPreset = SPLIT_PRESETS.some((preset) => preset === splitSeconds);
  const [custom, setCustom] = useState(!isPreset);
  const [typed, setTyped] = useState(() => typedSplit(splitSeconds));
  const input = parseSplit(typed.text, typed.unit);

  /** On its way to 15, a length passes 1: only what is left standing counts. */
  const commit = ({ text, unit }: typeof typed): void => {
    const parsed = parseSplit(text, unit);
    if ('seconds' in parsed && parsed.seconds !== splitSeconds) onUpdate({ splitSeconds: parsed.seconds });
  };

  return (
    <div className="field-row settings-split">
      <Field label={name} hint={sentence}>
        {(control) => (
          <Select
            {...control}
            value={custom ? CUSTOM : splitSeconds}
            choices={[
              ...SPLIT_PRESETS.map((seconds) => ({ value: seconds as number, label: splitLength(seconds) })),
              { value: CUSTOM, label: 'Another length' },
            ]}
            onChoose={(seconds) => {
              setCustom(seconds === CUSTOM);
              if (seconds === CUSTOM) setTyped(typedSplit(splitSeconds));
              else onUpdate({ splitSeconds: seconds });
            }}
          />
        )}
      </Field>
      {custom && (
        <>
          <Field label="Length" error={'error' in input ? input.error : undefined}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                value={typed.text}
                onChange={(event) => setTyped({ ...typed, text: event.target.value })}
                onBlur={() => commit(typed)}
                onKeyDown={(event) => event.key === 'Enter' && commit(typed)}
              />
            )}
          </Field>
          <Field label="Unit">
            {(control) => (
              <Select
                {...control}
                value={typed.unit}
                choices={UNITS}
                onChoose={(unit) => {
                  setTyped({ ...typed, unit });
                  commit({ ...typed, unit });
                }}
              />
            )}
          </Field>
        </>
      )}
    </div>
  );
}

/** Stands for the name of a source in the example. */
const EXAMPLE_NAME = 'Studio A';

type PatternPreview = { readonly path: string } | { readonly error: string } | undefined;

/** How files are called, with an example. */
export function PatternControl({ name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const [text, setText] = useState(settings.filenamePattern);
  const [preview, setPreview] = useState<PatternPreview>();

  /** A pattern that cannot be used is refused by the studio, and its field says why. */
  const commit = (pattern: string): void => {
    const chosen = pattern.trim();
    if (chosen === settings.filenamePattern) return;
    request('settings.previewPattern', { pattern: chosen, sourceName: EXAMPLE_NAME }).then(
      () => onUpdate({ filenamePattern: chosen }),
      (error: unknown) => setPreview({ error: sentenceOf(error) }),
    );
  };

  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      request('settings.previewPattern', { pattern: text, sourceName: EXAMPLE_NAME }).then(
        ({ path }) => {
          if (current) setPreview({ path });
        },
        (error: unknown) => {
          if (current) setPreview({ error: sentenceOf(error) });
        },
      );
    }, PREVIEW_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);

  const error = preview && 'error' in preview ? preview.error : undefined;
  return (
    <Field
      label={name}
      error={error}
      hint={
        <span className="settings-example">
          {preview && 'path' in preview ? `For example ${preview.path}` : ' '}
          <span>{sentence}</span>
        </span>
      }
    >
      {(control) => (
        <TextInput
          {...control}
          value={text}
          maxLength={300}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => commit(text)}
          onKeyDown={(event) => event.key === 'Enter' && commit(text)}
        />
      )}
    </Field>
  );
}
