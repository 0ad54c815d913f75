import { settingsSchema } from '../../../shared/domain/settings.ts';

/** Lengths of a split to choose from, s. */
export const SPLIT_PRESETS = [300, 900, 1800, 3600, 7200, 21_600, 86_400] as const;

export type Unit = 'seconds' | 'minutes';

/** A typed length: its value in seconds, or a sentence that says what is wrong. */
export type SplitInput = { readonly seconds: number } | { readonly error: string };

export function parseSplit(text: string, unit: Unit): SplitInput {
  const typed = text.trim();
  const value = typed === '' ? Number.NaN : Number(typed);
  if (!Number.isFinite(value)) return { error: 'Enter a number.' };
  // Half a minute is typed as 0.5; what is left over from a binary fraction is not a fraction of a second.
  const seconds = Number((unit === 'minutes' ? value * 60 : value).toFixed(6));
  const parsed = settingsSchema.shape.splitSeconds.safeParse(seconds);
  if (parsed.success) return { seconds: parsed.data };
  return { error: parsed.error.issues[0]?.message ?? 'This length is not possible.' };
}

/** How a length is shown for typing. */
export function typedSplit(seconds: number): { text: string; unit: Unit } {
  return seconds % 60 === 0
    ? { text: String(seconds / 60), unit: 'minutes' }
    : { text: String(seconds), unit: 'seconds' };
}
