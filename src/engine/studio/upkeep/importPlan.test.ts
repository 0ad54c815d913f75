import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings.ts';
import { sourceConfigSchema } from '../../../shared/domain/source.ts';
import type { StoredState } from '../../../shared/ports/settingsStore.ts';
import { exportSettings } from './exportFile.ts';
import { planSettings, previewOf } from './importPlan.ts';

const radio = sourceConfigSchema.parse({
  id: '1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  name: 'Radio',
  kind: 'stream',
  url: 'https://radio.example/live?mount=a&token=T0KEN',
  username: 'me',
  format: 'auto',
});
const tone = sourceConfigSchema.parse({
  id: '7f0c4b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  name: 'Tone',
  kind: 'generator',
  programme: 'tone',
  seed: 1,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
});
const state: StoredState = {
  settings: {
    ...DEFAULT_SETTINGS,
    recordingsFolder: '/music',
    splitSeconds: 900,
    alarms: { ...DEFAULT_SETTINGS.alarms, webhookUrl: 'https://me:hush@hooks.example/x?sig=T0KEN' },
  },
  sources: [radio, tone],
  armed: [],
};
const { text, leftOut } = exportSettings(state, '1.0.0');
const edited = (
  change: (content: { settings: Record<string, unknown>; sources: Record<string, unknown>[] }) => void,
) => {
  const content = JSON.parse(text) as Parameters<typeof change>[0];
  change(content);
  return JSON.stringify(content);
};

describe('a file of settings', () => {
  it('has no secret, and says what was left out', () => {
    expect(text).not.toMatch(/T0KEN|hush/);
    expect(text).toContain('mount=a');
    expect(leftOut).toHaveLength(2);
  });

  it('changes nothing where it comes from', () => {
    const preview = previewOf(planSettings(text, state), state);
    expect(preview).toMatchObject({ problems: [], settings: [] });
    expect(preview.sources.map(({ outcome }) => outcome)).toEqual(['same', 'same']);
  });

  it('says what it would change, and adds what is not there', () => {
    const other: StoredState = { ...state, settings: { ...state.settings, splitSeconds: 60 }, sources: [] };
    const preview = previewOf(planSettings(text, other), other);
    expect(preview.settings).toEqual([{ path: 'splitSeconds', before: 60, after: 900 }]);
    expect(preview.sources.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['Radio', 'added'],
      ['Tone', 'added'],
    ]);
  });

  it('knows a source by its name on another computer', () => {
    const here = { ...tone, id: '9f0c4b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d' as typeof tone.id, seed: 2 } as typeof tone;
    const plan = planSettings(text, { ...state, sources: [here] });
    expect(plan.sources.map((one) => one.here?.name)).toEqual([undefined, 'Tone']);
    expect(previewOf(plan, state).sources[1]?.changes).toEqual([{ path: 'seed', before: 2, after: 1 }]);
  });

  it('forgets a password that would be sent elsewhere', () => {
    const moved = edited((content) => {
      content.sources[0] = { ...content.sources[0], url: 'https://thief.example/live' };
      content.settings['alarms'] = { ...(content.settings['alarms'] as object), webhookUrl: 'https://thief.example' };
    });
    const plan = planSettings(moved, state);
    expect(plan.sources[0]?.forgetsSecret).toBe(true);
    expect(plan.forgetsHookSecret).toBe(true);
    expect(planSettings(text, state).forgetsHookSecret).toBe(false);
  });

  it('leaves as it is what the file has wrong, and says so', () => {
    const bad = edited((content) => {
      content.settings['splitSeconds'] = 1;
      content.settings['theme'] = 'dark';
      content.sources.push({ ...content.sources[1] }, { name: 'Odd' });
    });
    const plan = planSettings(bad, state);
    expect(plan.settings).toMatchObject({ splitSeconds: 900, theme: 'dark' });
    expect(plan.problems).toHaveLength(3);
    expect(plan.sources).toHaveLength(2);
  });

  it.each(['', '[]', '{}', '{"kind":"longtake settings","version":99}', '{"kind":"other","version":1}'])(
    'refuses %j',
    (content) => {
      expect(() => planSettings(content, state)).toThrow(/file/);
    },
  );
});
