import { describe, expect, it } from 'vitest';
import { defaultOf, SETTING_ITEMS, SETTING_SECTIONS, settingAt, settingPatch } from './settingItems.ts';
import { SETTING_PLACES } from './settingPlaces.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from './settings.ts';

const settings: Settings = { ...DEFAULT_SETTINGS, recordingsFolder: '/music' };

/** Every part of the settings that has no parts of its own, as far as an item may go. */
function leaves(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`));
  return inner.length > 0 ? inner : [path];
}

describe('the table of settings', () => {
  it('has each setting of the schema once', () => {
    const optional = Object.keys(settingsSchema.shape);
    for (const path of new Set([...leaves(settings, ''), ...optional])) {
      const covering = SETTING_ITEMS.filter(
        ({ id }) => path === id || path.startsWith(`${id}.`) || id.startsWith(`${path}.`),
      );
      const exact = covering.filter(({ id }) => !id.startsWith(`${path}.`));
      expect(exact.length <= 1 && covering.length >= 1, `${path}: ${covering.map(({ id }) => id).join()}`).toBe(true);
    }
  });

  it('names nothing that the schema does not have, and no id twice', () => {
    const top = Object.keys(settingsSchema.shape);
    for (const { id } of SETTING_ITEMS) expect(top, id).toContain(id.split('.')[0]);
    const ids = [...SETTING_ITEMS, ...SETTING_PLACES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of each what it does, in a section that there is', () => {
    const sections: readonly string[] = SETTING_SECTIONS.map(({ id }) => id);
    for (const { id, name, sentence, section } of [...SETTING_ITEMS, ...SETTING_PLACES]) {
      expect(sections, id).toContain(section);
      expect(name, id).toMatch(/^[A-Z{]/);
      expect(sentence, id).toMatch(/[.]$/);
    }
  });

  it('reads and changes one part and nothing else', () => {
    const patch = settingPatch(settings, 'alarms.rules.silence', { enabled: false, levelDbfs: -50, seconds: 5 });
    const changed = settingsSchema.parse({ ...settings, ...patch });
    expect(settingAt(changed, 'alarms.rules.silence')).toEqual({ enabled: false, levelDbfs: -50, seconds: 5 });
    expect({ ...changed.alarms.rules, silence: undefined }).toEqual({ ...settings.alarms.rules, silence: undefined });
    expect({ ...changed, alarms: undefined }).toEqual({ ...settings, alarms: undefined });
    expect(settingPatch(settings, 'theme', 'dark')).toEqual({ theme: 'dark' });
  });

  it('sets everything back to what a first start has', () => {
    for (const { id } of SETTING_ITEMS.filter((one) => one.id !== 'recordingsFolder')) {
      const back = settingsSchema.safeParse({ ...settings, ...settingPatch(settings, id, defaultOf(id)) });
      expect(back.success, id).toBe(true);
    }
  });
});
