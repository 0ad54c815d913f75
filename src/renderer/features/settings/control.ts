import type { ReactNode } from 'react';
import { type Settings, type SettingsPatch, settingsPatchSchema } from '../../../shared/domain/settings.ts';
import { type SettingItem, type SettingPath, settingPatch } from '../../../shared/domain/settingItems.ts';

/** What the control of a setting gets. */
export interface ControlProps {
  readonly item: SettingItem;
  /** Its name and its sentence, with what was searched for marked. */
  readonly name: ReactNode;
  readonly sentence: ReactNode;
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): void;
}

/** What changes a setting to a typed value, or a sentence that says why that is not possible. */
export function checkedPatch(
  settings: Settings,
  path: SettingPath,
  value: unknown,
): { readonly patch: SettingsPatch } | { readonly error: string } {
  const parsed = settingsPatchSchema.safeParse(settingPatch(settings, path, value));
  return parsed.success
    ? { patch: parsed.data }
    : { error: parsed.error.issues[0]?.message ?? 'This value is not possible.' };
}
