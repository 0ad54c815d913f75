import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/domain/settings.ts';
import { SETTINGS_VERSION, readSettingsFile } from './settingsFile.ts';

const defaults: Settings = {
  recordingsFolder: '/music/Longtake',
  ...DEFAULT_SETTINGS,
};
const tone = {
  id: '7f0c4b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  name: 'Tone',
  kind: 'generator',
  programme: 'tone',
  seed: 1,
  sampleRate: 48000,
  bitDepth: 16,
  channels: 2,
};
const stream = {
  id: '1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  name: 'Radio',
  kind: 'stream',
  url: 'https://example.org/straße',
  username: '',
  format: 'auto',
};
const file = {
  version: SETTINGS_VERSION,
  settings: { ...defaults, theme: 'dark' },
  sources: [tone, stream],
  armed: [],
};

describe('readSettingsFile', () => {
  it('reads what it wrote', () => {
    const { state, problems } = readSettingsFile({ ...file, armed: [tone.id] }, defaults);
    expect(problems).toEqual([]);
    expect(state.settings.theme).toBe('dark');
    expect(state.sources).toEqual([tone, stream]);
    expect(state.armed).toEqual([tone.id]);
  });

  it('gives a setting that the file does not have its default', () => {
    const { splitSeconds: _, ...older } = file.settings;
    const { state, problems } = readSettingsFile({ ...file, settings: older }, defaults);
    expect(problems).toEqual([]);
    expect(state.settings).toEqual({ ...defaults, theme: 'dark' });
  });

  it('keeps every good part of a file with a bad one, and says which was bad', () => {
    const content = {
      ...file,
      settings: { ...file.settings, splitSeconds: 1 },
      sources: [{ ...tone, seed: -1 }, stream],
    };
    const { state, problems } = readSettingsFile(content, defaults);
    expect(state.settings).toEqual({ ...defaults, theme: 'dark' });
    expect(state.sources).toEqual([stream]);
    expect(problems).toEqual(['The setting splitSeconds was not valid.', 'The source Tone was not valid.']);
  });

  it('loses no more than the one bad value of a rule', () => {
    const { alarms, detection } = defaults;
    const content = {
      ...file,
      settings: {
        ...file.settings,
        alarms: { ...alarms, notify: false, rules: { ...alarms.rules, silence: { enabled: false, levelDbfs: 'x' } } },
        detection: { ...detection, marginDb: 20, minSeconds: -1 },
      },
    };
    const { state, problems } = readSettingsFile(content, defaults);
    expect(state.settings).toEqual({
      ...defaults,
      theme: 'dark',
      alarms: {
        ...alarms,
        notify: false,
        rules: { ...alarms.rules, silence: { ...alarms.rules.silence, enabled: false } },
      },
      detection: { ...detection, marginDb: 20 },
    });
    expect(problems).toEqual([
      'The setting alarms.rules.silence.levelDbfs was not valid.',
      'The setting detection.minSeconds was not valid.',
    ]);
  });

  it('keeps everything of a source whose own rule cannot be read, and all where no rule can', () => {
    const read = (retention: unknown) =>
      readSettingsFile({ ...file, settings: { ...file.settings, retention } }, defaults);
    const some = read({ maxAgeDays: 7, sources: { [tone.id]: { maxAgeDays: -1 }, [stream.id]: { maxAgeDays: 3 } } });
    expect(some.state.settings.retention).toEqual({
      maxAgeDays: 7,
      sources: { [tone.id]: { keep: true }, [stream.id]: { maxAgeDays: 3 } },
    });
    expect(some.problems).toEqual([`The setting retention.sources.${tone.id} was not valid.`]);
    expect(read({ maxAgeDays: 7, sources: 'none' }).state.settings.retention).toEqual({});
    expect(read({ maxAgeDays: 'x', maxTotalBytes: 2e6 }).state.settings.retention).toEqual({ maxTotalBytes: 2e6 });
  });

  it('does not arm what is not there', () => {
    const { state } = readSettingsFile({ ...file, sources: [stream], armed: [tone.id, stream.id, 7] }, defaults);
    expect(state.armed).toEqual([stream.id]);
  });

  it.each([undefined, null, 'text', 7, [], {}, { version: 0 }, { version: 1.5 }, { version: '1' }])(
    'takes the defaults when the content is %j',
    (content) => {
      const { state, problems } = readSettingsFile(content, defaults);
      expect(state).toEqual({ settings: defaults, sources: [], armed: [] });
      expect(problems).toHaveLength(1);
    },
  );

  it('brings an older file up step by step', () => {
    const steps = [
      (content: object) => ({ ...content, order: 'first' }),
      (content: object) => ({
        ...content,
        settings: { theme: 'light', note: `${JSON.stringify(content).includes('first')}` },
      }),
    ];
    const { state, problems } = readSettingsFile({ version: 1, settings: {}, sources: [tone] }, defaults, steps);
    expect(problems).toEqual([]);
    expect(state.settings.theme).toBe('light');
    expect(state.sources).toEqual([tone]);
  });

  it('leaves a newer file alone', () => {
    const { state, problems } = readSettingsFile({ ...file, version: SETTINGS_VERSION + 1 }, defaults);
    expect(state.sources).toEqual([]);
    expect(problems[0]).toContain('newer Longtake');
  });
});
