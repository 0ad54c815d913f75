import type { RemovalReason, Retention, SourceRetention } from '../../../shared/domain/retention.ts';
import { count, size } from '../../format/quantity.ts';

const GB = 1e9;

/** The rules in a sentence. */
export function rulesWords({ maxAgeDays, maxTotalBytes, minFreeBytes, sources = {} }: Retention): string {
  const parts = [
    maxAgeDays === undefined ? '' : `older than ${daysWords(maxAgeDays)}`,
    maxTotalBytes === undefined ? '' : `beyond ${size(maxTotalBytes)} in all`,
    minFreeBytes === undefined ? '' : `when less than ${size(minFreeBytes)} is free`,
  ].filter(Boolean);
  const own = Object.keys(sources).length;
  const special =
    own === 0 ? '' : ` ${count(own, 'source')} ${own === 1 ? 'has a rule of its own' : 'have rules of their own'}.`;
  if (parts.length === 0) return `Nothing is deleted by itself.${special}`;
  return `Deleted: ${parts.join(', ')}.${special}`;
}

export function daysWords(days: number): string {
  return Number.isInteger(days) ? count(days, 'day') : `${Math.round(days * 24)} hours`;
}

const reasons: Readonly<Record<RemovalReason, string>> = {
  person: 'by hand',
  age: 'too old',
  size: 'too much in all',
  space: 'for free space',
};

export const reasonWords = (reason: RemovalReason): string => reasons[reason];

/** What is typed into the fields of a rule. */
export interface RuleDraft {
  readonly maxAgeDays: string;
  readonly maxTotalGb: string;
  readonly minFreeGb: string;
  /** Of sources that have a rule of their own. */
  readonly sources: Readonly<Record<string, SourceDraft>>;
}

export interface SourceDraft {
  readonly mode: 'keep' | 'own';
  readonly maxAgeDays: string;
  readonly maxTotalGb: string;
}

const typed = (value: number | undefined, unit: number): string =>
  value === undefined ? '' : String(Math.round((value / unit) * 1000) / 1000);

export function draftOf({ maxAgeDays, maxTotalBytes, minFreeBytes, sources = {} }: Retention): RuleDraft {
  return {
    maxAgeDays: typed(maxAgeDays, 1),
    maxTotalGb: typed(maxTotalBytes, GB),
    minFreeGb: typed(minFreeBytes, GB),
    sources: Object.fromEntries(
      Object.entries(sources).map(([id, rule]) => [
        id,
        {
          mode: rule.keep === true ? ('keep' as const) : ('own' as const),
          maxAgeDays: typed(rule.maxAgeDays, 1),
          maxTotalGb: typed(rule.maxTotalBytes, GB),
        },
      ]),
    ),
  };
}

type Parsed = { readonly value: number | undefined } | { readonly error: string };

function parse(text: string, what: string): Parsed {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return { value: undefined };
  const value = Number(trimmed);
  if (!Number.isFinite(value) || value <= 0) return { error: `Enter ${what} as a number above 0, or leave it empty.` };
  return { value };
}

export type ParsedRules =
  | { readonly rules: Retention }
  /** `field`: that of all, or `<source id>.<field>`. */
  | { readonly field: string; readonly error: string };

const MIN_AGE_DAYS = 1 / 24;
const MIN_GB = 0.001;

/** The rules that are typed, or what is wrong with them. */
export function parseRules(draft: RuleDraft): ParsedRules {
  const fields: Record<string, number> = {};
  const numbers: [string, string, string, number][] = [
    ['maxAgeDays', draft.maxAgeDays, 'the days', MIN_AGE_DAYS],
    ['maxTotalGb', draft.maxTotalGb, 'the size', MIN_GB],
    ['minFreeGb', draft.minFreeGb, 'the space', MIN_GB],
    ...Object.entries(draft.sources).flatMap(([id, rule]): [string, string, string, number][] =>
      rule.mode === 'keep'
        ? []
        : [
            [`${id}.maxAgeDays`, rule.maxAgeDays, 'the days', MIN_AGE_DAYS],
            [`${id}.maxTotalGb`, rule.maxTotalGb, 'the size', MIN_GB],
          ],
    ),
  ];
  for (const [field, text, what, least] of numbers) {
    const parsed = parse(text, what);
    if ('error' in parsed) return { field, error: parsed.error };
    if (parsed.value === undefined) continue;
    if (parsed.value < least) {
      return { field, error: least === MIN_GB ? 'Enter at least 0.001 GB.' : 'Enter at least an hour, 0.042 days.' };
    }
    fields[field] = parsed.value;
  }
  const bytes = (field: string): number | undefined => {
    const gb = fields[field];
    return gb === undefined ? undefined : Math.round(gb * GB);
  };
  const sources = Object.fromEntries(
    Object.entries(draft.sources).map(([id, { mode }]): [string, SourceRetention] => [
      id,
      mode === 'keep'
        ? { keep: true }
        : without({ maxAgeDays: fields[`${id}.maxAgeDays`], maxTotalBytes: bytes(`${id}.maxTotalGb`) }),
    ]),
  );
  return {
    rules: {
      ...without({
        maxAgeDays: fields['maxAgeDays'],
        maxTotalBytes: bytes('maxTotalGb'),
        minFreeBytes: bytes('minFreeGb'),
      }),
      ...(Object.keys(sources).length > 0 ? { sources } : {}),
    },
  };
}

/** Without the limits that are not there. */
function without<Rule extends Readonly<Record<string, number | undefined>>>(
  rule: Rule,
): { [Key in keyof Rule]?: number } {
  const kept = Object.entries(rule).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof Rule]?: number };
}
