import { FolderOpen } from 'lucide-react';
import { type ReactElement, useEffect, useEffectEvent, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, Segments, Select, TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { ErrorState, Note } from '../../elements/States.tsx';
import { count, size } from '../../format/quantity.ts';
import { splitLength } from '../../format/time.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { useSettings, settingsStore } from '../../stores/settings.ts';
import { DEFAULT_FILENAME_PATTERN, type Settings, type SettingsPatch } from '../../../shared/domain/settings.ts';
import { DrillSetting } from '../drill/DrillSetting.tsx';
import { ImportSetting } from '../isr/ImportButton.tsx';
import { GuardSettings } from './GuardSettings.tsx';
import { AlarmSettings } from './AlarmSettings.tsx';
import { KeepingSection } from '../retention/KeepingSection.tsx';
import { MarkShortcutField } from './MarkShortcutField.tsx';
import { parseSplit, SPLIT_PRESETS, typedSplit, type Unit } from './split.ts';
import './settings.css';

/** A typed pattern is tried out when typing rests for this long, ms. */
const PREVIEW_MS = 200;

const THEMES: readonly { readonly value: Settings['theme']; readonly label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

const UNITS: readonly { readonly value: Unit; readonly label: string }[] = [
  { value: 'minutes', label: 'minutes' },
  { value: 'seconds', label: 'seconds' },
];

/** Every change takes effect when it is made, what is typed when its field is left; there is nothing to save at the end. */
export function SettingsDialog({ onClose }: { onClose(): void }): ReactElement {
  const phase = useSettings((state) => state.phase);
  const settings = useSettings((state) => state.settings);
  const [problem, setProblem] = useState<string>();
  const [isPatternGood, setIsPatternGood] = useState(true);

  const update = (patch: SettingsPatch): void => {
    setProblem(undefined);
    settingsStore
      .getState()
      .update(patch)
      .catch((error: unknown) => setProblem(sentence(error)));
  };

  return (
    <Dialog
      title="Settings"
      onClose={onClose}
      footer={
        <>
          <p className="dialog-note">
            {isPatternGood
              ? 'Changes take effect at once. Files that are open keep their name and place.'
              : 'The file names stay as they were until their pattern is right.'}
          </p>
          <Button look="primary" disabled={!isPatternGood} onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {phase.name === 'error' && (
        <ErrorState
          title="The settings could not be read."
          message={phase.message}
          onRetry={() => void settingsStore.getState().load()}
        />
      )}
      {settings && (
        <div className="fields">
          {problem !== undefined && <Note tone="warning">{problem}</Note>}
          <Folder settings={settings} onUpdate={update} />
          <Split settings={settings} onUpdate={update} />
          <Pattern settings={settings} onUpdate={update} onTried={setIsPatternGood} />
          <Checkbox
            label="Tags in MP3 and AAC files: source, start, title"
            note="Without them, files joined byte for byte are the stream."
            checked={settings.tagStreams}
            onChange={(tagStreams) => update({ tagStreams })}
          />
          <FieldGroup label="Appearance">
            <Segments
              label="Appearance"
              value={settings.theme}
              choices={THEMES}
              onChoose={(theme) => update({ theme })}
            />
          </FieldGroup>
          <Checkbox
            label="Go on recording when Longtake starts"
            note="What was being recorded when Longtake ended is recorded again."
            checked={settings.resumeArmed}
            onChange={(resumeArmed) => update({ resumeArmed })}
          />
          <MarkShortcutField keys={settings.markShortcut} onChange={(markShortcut) => update({ markShortcut })} />
          <GuardSettings settings={settings} onUpdate={update} />
          <AlarmSettings settings={settings} onUpdate={update} />
          <KeepingSection />
          <Rescan />
          <ImportSetting />
          <DrillSetting />
          <About />
        </div>
      )}
    </Dialog>
  );
}

interface PartProps {
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): void;
}

function Folder({ settings, onUpdate }: PartProps): ReactElement {
  const storage = useSettings((state) => state.storage);
  const choose = async (): Promise<void> => {
    const { folder } = await request('desktop.chooseFolder', {});
    if (folder !== undefined) onUpdate({ recordingsFolder: folder });
  };
  return (
    <FieldGroup
      label="Recordings folder"
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
    </FieldGroup>
  );
}

const CUSTOM = 0;

function Split({ settings, onUpdate }: PartProps): ReactElement {
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
      <Field label="A new file every" hint="Counted from midnight, the same for all sources.">
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

interface PatternProps extends PartProps {
  /** Tells whether what is typed can be used. */
  onTried(isGood: boolean): void;
}

function Pattern({ settings, onUpdate, onTried }: PatternProps): ReactElement {
  const [text, setText] = useState(settings.filenamePattern);
  const [preview, setPreview] = useState<PatternPreview>();

  const tell = (tried: NonNullable<PatternPreview>): void => {
    setPreview(tried);
    onTried('path' in tried);
  };
  const show = useEffectEvent(tell);

  /** A pattern that cannot be used is refused by the studio, and its field says why. */
  const commit = (pattern: string): void => {
    const chosen = pattern.trim();
    if (chosen === settings.filenamePattern) return;
    request('settings.previewPattern', { pattern: chosen, sourceName: EXAMPLE_NAME }).then(
      () => onUpdate({ filenamePattern: chosen }),
      (error: unknown) => tell({ error: sentence(error) }),
    );
  };

  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      request('settings.previewPattern', { pattern: text, sourceName: EXAMPLE_NAME }).then(
        ({ path }) => {
          if (current) show({ path });
        },
        (error: unknown) => {
          if (current) show({ error: sentence(error) });
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
      label="File names"
      error={error}
      hint={
        <span className="settings-example">
          {preview && 'path' in preview ? `For example ${preview.path}` : ' '}
          <span>
            {'{source}'} is the name of the source; %Y %m %d %H %M %S %z are date, time and zone; / makes a folder.
          </span>
        </span>
      }
    >
      {(control) => (
        <div className="settings-line">
          <TextInput
            {...control}
            value={text}
            maxLength={300}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => commit(text)}
            onKeyDown={(event) => event.key === 'Enter' && commit(text)}
          />
          <Button
            disabled={text === DEFAULT_FILENAME_PATTERN}
            onClick={() => {
              setText(DEFAULT_FILENAME_PATTERN);
              commit(DEFAULT_FILENAME_PATTERN);
            }}
          >
            Standard
          </Button>
        </div>
      )}
    </Field>
  );
}

function Rescan(): ReactElement {
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
        (error: unknown) => setOutcome(sentence(error)),
      );
  };

  return (
    <FieldGroup label="Library">
      <div className="settings-line" role="status">
        <Button disabled={running !== undefined} onClick={start}>
          Rescan library
        </Button>
        <p className="settings-outcome">
          {running
            ? `${count(running.files, 'file')} looked at…`
            : (outcome ?? 'Makes the list of recordings anew from what is in the folder.')}
        </p>
      </div>
    </FieldGroup>
  );
}

function About(): ReactElement | null {
  const info = useSettings((state) => state.info);
  if (!info) return null;
  return (
    <p className="field-note selectable">
      Longtake {info.version} on {info.runtime}.
      {!info.decoderAvailable &&
        ' ffmpeg was not found: MP3, AAC, Opus and Vorbis are recorded and played, but not drawn.'}
    </p>
  );
}
