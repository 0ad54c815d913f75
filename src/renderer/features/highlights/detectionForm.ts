import { type Detection, type DetectionOverrides, detectionSchema } from '../../../shared/domain/section.ts';

/** What stands in the fields. */
export type DetectionTexts = Readonly<Record<keyof Detection, string>>;

const KEYS = ['marginDb', 'graceSeconds', 'minSeconds', 'preRollSeconds'] as const;

export const textsOf = (detection: Detection): DetectionTexts => ({
  marginDb: String(detection.marginDb),
  graceSeconds: String(detection.graceSeconds),
  minSeconds: String(detection.minSeconds),
  preRollSeconds: String(detection.preRollSeconds),
});

/** A comma is a point to many people; nothing at all is no number. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.')));

export type ParsedDetection =
  | { readonly detection: Detection }
  | { readonly errors: Partial<Readonly<Record<keyof Detection, string>>> };

export function parseDetection(texts: DetectionTexts): ParsedDetection {
  const parsed = detectionSchema.safeParse(Object.fromEntries(KEYS.map((key) => [key, numberOf(texts[key])])));
  if (parsed.success) return { detection: parsed.data };
  const errors: Partial<Record<keyof Detection, string>> = {};
  for (const { path, message } of parsed.error.issues) {
    const key = KEYS.find((one) => one === path[0]);
    if (key) errors[key] ??= message;
  }
  return { errors };
}

/** Where a source's detection differs from the general one; undefined where it does not. */
export function overridesOf(detection: Detection, general: Detection): DetectionOverrides | undefined {
  const differing = KEYS.filter((key) => detection[key] !== general[key]);
  return differing.length === 0 ? undefined : Object.fromEntries(differing.map((key) => [key, detection[key]]));
}
