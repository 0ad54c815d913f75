import type { ReactElement } from 'react';
import type { Source } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { EmptyState } from '../../elements/States.tsx';
import { count, size } from '../../format/quantity.ts';
import { duration, splitLength } from '../../format/time.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';
import { sourcesStore, useSources } from '../../stores/sources.ts';
import { useTargets } from '../../stores/targets.ts';
import type { SourceRetention } from '../../../shared/domain/retention.ts';
import type { SourceDraft } from '../../../shared/domain/source.ts';
import { daysWords } from '../retention/ruleWords.ts';
import type { PlaceProps } from './place.ts';

const { show } = dialogsStore.getState();

/** What a source may have instead of the common setting. */
const OWN = [
  'splitSeconds',
  'filenamePattern',
  'tagStreams',
  'detection',
  'alarms',
  'maxLengthSeconds',
  'targets',
] as const;
type Own = (typeof OWN)[number];
const NAMES: Readonly<Record<Own, string>> = {
  splitSeconds: 'A new file every',
  filenamePattern: 'File names',
  tagStreams: 'Tags in files',
  detection: 'Detection',
  alarms: 'Alarms',
  maxLengthSeconds: 'Stop after',
  targets: 'Uploads',
};

/** Each source, and where it differs from what holds for all. */
export function SourcesPlace({ name, sentence }: PlaceProps): ReactElement {
  const sources = useSources((state) => state.byId);
  return (
    <FieldGroup label={name}>
      <p className="field-note">{sentence}</p>
      {sources.size === 0 && (
        <EmptyState
          title="No source yet"
          action={
            <Button look="primary" onClick={() => show({ name: 'addSource', kind: 'soundcard' })}>
              Add a source
            </Button>
          }
        >
          What a source has of its own is listed here.
        </EmptyState>
      )}
      {[...sources.values()].map((source) => (
        <SourcePart key={source.config.id} source={source} />
      ))}
    </FieldGroup>
  );
}

function SourcePart({ source }: { readonly source: Source }): ReactElement {
  const { config, status } = source;
  const rule = useSettings((state) => state.settings?.retention.sources?.[config.id]);
  const targets = useTargets((state) => state.targets);
  const values = new Map<string, unknown>(Object.entries(config));
  const own = OWN.filter((key) => values.get(key) !== undefined);

  const words = (key: Own): string => {
    switch (key) {
      case 'splitSeconds':
        return splitLength(config.splitSeconds ?? 0);
      case 'maxLengthSeconds':
        return duration((config.maxLengthSeconds ?? 0) * 1000);
      case 'alarms':
        return count(Object.keys(config.alarms ?? {}).length, 'rule of its own', 'rules of its own');
      case 'detection':
        return Object.entries(config.detection ?? {})
          .map(([part, value]) => `${DETECTION[part] ?? part} ${value}`)
          .join(', ');
      case 'targets':
        return (config.targets ?? [])
          .map((id) => targets.find(({ target }) => target.id === id)?.target.name ?? id)
          .join(', ');
      default:
        return values.get(key) === true ? 'on' : values.get(key) === false ? 'off' : String(values.get(key));
    }
  };
  /** Without it, the common setting holds. */
  const reset = (key: Own): void => {
    const { id, ...rest } = config;
    const draft = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== key)) as SourceDraft;
    attempt(sourcesStore.getState().update(id, draft));
  };
  const resetRule = (): void => {
    const { settings, update } = settingsStore.getState();
    if (!settings) return;
    const { [config.id]: _, ...others } = settings.retention.sources ?? {};
    attempt(update({ retention: { ...settings.retention, sources: others } }));
  };

  return (
    <section className="source-own" aria-label={config.name}>
      <div className="settings-line">
        <h4 className="settings-outcome source-own-name">{config.name}</h4>
        <Button aria-label={`Edit ${config.name}…`} onClick={() => show({ name: 'editSource', id: config.id })}>
          Edit…
        </Button>
        <Button onClick={() => show({ name: 'retention' })}>Rules…</Button>
      </div>
      <table className="settings-table" aria-label={`What ${config.name} has of its own`}>
        <tbody>
          <tr>
            <th scope="row">Format</th>
            <td colSpan={2}>{formatWords(config)}</td>
          </tr>
          {status.state === 'paused' && (
            <tr>
              <th scope="row">Paused</th>
              <td colSpan={2}>Nothing is kept until it is resumed.</td>
            </tr>
          )}
          {own.map((key) => (
            <tr key={key}>
              <th scope="row">{NAMES[key]}</th>
              <td>{words(key)}</td>
              <td className="settings-number">
                <Button
                  look="quiet"
                  aria-label={`Reset ${NAMES[key]} of ${config.name} to the common setting`}
                  onClick={() => reset(key)}
                >
                  Reset
                </Button>
              </td>
            </tr>
          ))}
          {rule && (
            <tr>
              <th scope="row">Deleting</th>
              <td>{retentionWords(rule)}</td>
              <td className="settings-number">
                <Button
                  look="quiet"
                  aria-label={`Reset Deleting of ${config.name} to the common setting`}
                  onClick={resetRule}
                >
                  Reset
                </Button>
              </td>
            </tr>
          )}
          {own.length === 0 && !rule && (
            <tr>
              <th scope="row">All else</th>
              <td colSpan={2}>As in the settings</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

const DETECTION: Readonly<Record<string, string>> = {
  marginDb: 'margin (dB)',
  graceSeconds: 'grace (s)',
  minSeconds: 'least length (s)',
  preRollSeconds: 'pre-roll (s)',
};

function formatWords(config: Source['config']): string {
  if (config.kind === 'stream') return `${config.url}, ${config.format === 'auto' ? 'as it comes' : config.format}`;
  const { sampleRate, bitDepth, channels, container = 'wav' } = config;
  return `${container.toUpperCase()}, ${sampleRate} Hz, ${bitDepth} bit, ${count(channels, 'channel')}`;
}

function retentionWords({ keep, maxAgeDays, maxTotalBytes }: SourceRetention): string {
  if (keep === true) return 'everything is kept';
  const parts = [
    maxAgeDays === undefined ? '' : `older than ${daysWords(maxAgeDays)}`,
    maxTotalBytes === undefined ? '' : `beyond ${size(maxTotalBytes)}`,
  ].filter(Boolean);
  return parts.length === 0 ? 'nothing by age or size' : parts.join(', ');
}
