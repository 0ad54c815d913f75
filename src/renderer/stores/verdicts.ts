import type { Section, SoundEvent, Verdict } from '../../shared/domain/section.ts';
import type { SectionId } from '../../shared/units.ts';

/** What each section was said of before; null: nothing. */
export type FormerVerdicts = ReadonlyMap<SectionId, Verdict | null>;

export const formerVerdicts = ({ sections }: SoundEvent): FormerVerdicts =>
  new Map(sections.map(({ id, verdict }) => [id, verdict ?? null]));

/** The event with what is said of its sections now; itself when none of them is meant. */
export function withVerdicts(event: SoundEvent, said: FormerVerdicts): SoundEvent {
  if (!event.sections.some(({ id }) => said.has(id))) return event;
  const sections = event.sections.map((section) => judged(section, said.get(section.id)));
  const { verdict: _before, ...rest } = event;
  const verdict = sections.find((section) => section.verdict !== undefined)?.verdict;
  return verdict === undefined ? { ...rest, sections } : { ...rest, sections, verdict };
}

function judged(section: Section, said: Verdict | null | undefined): Section {
  if (said === undefined) return section;
  const { verdict: _before, ...rest } = section;
  return said === null ? rest : { ...rest, verdict: said };
}

/** Sections that get the same verdict, together. */
export function byVerdict(said: FormerVerdicts): Map<Verdict | null, SectionId[]> {
  const groups = new Map<Verdict | null, SectionId[]>();
  for (const [id, verdict] of said) groups.set(verdict, [...(groups.get(verdict) ?? []), id]);
  return groups;
}

/** How the totals of a review change when a verdict becomes another. */
export function countChange(
  before: Verdict | undefined,
  after: Verdict | undefined,
): { readonly reviewed: number; readonly starred: number } {
  const is = (condition: boolean): number => (condition ? 1 : 0);
  return {
    reviewed: is(after !== undefined) - is(before !== undefined),
    starred: is(after === 'star') - is(before === 'star'),
  };
}
