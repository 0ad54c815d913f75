import { type ReactNode, useState } from 'react';
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

/** Changes a setting where the value is possible, and keeps the sentence that says why it is not. */
export function useChecked<Value>({ settings, item, onUpdate }: ControlProps): {
  readonly problem: string | undefined;
  set(value: Value): boolean;
} {
  const [problem, setProblem] = useState<string>();
  const set = (value: Value): boolean => {
    const checked = checkedPatch(settings, item.id, value);
    setProblem('error' in checked ? checked.error : undefined);
    if ('patch' in checked) onUpdate(checked.patch);
    return 'patch' in checked;
  };
  return { problem, set };
}
