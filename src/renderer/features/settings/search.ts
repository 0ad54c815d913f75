import {
  SETTING_ITEMS,
  SETTING_SECTIONS,
  type SettingItem,
  type SettingSection,
} from '../../../shared/domain/settingItems.ts';
import { SETTING_PLACES, type SettingPlace } from '../../../shared/domain/settingPlaces.ts';

export type Entry = SettingItem | SettingPlace;

/** Everything in the settings, in the order of the sections; what is set comes before what can be done, but for what tells how the disk is. */
export const ENTRIES: readonly Entry[] = SETTING_SECTIONS.flatMap(({ id }) => [
  ...SETTING_PLACES.filter((one) => one.section === id && one.id === 'place.storage'),
  ...SETTING_ITEMS.filter((one) => one.section === id),
  ...SETTING_PLACES.filter((one) => one.section === id && one.id !== 'place.storage'),
]);

export const sectionName = (id: SettingSection): string =>
  SETTING_SECTIONS.find((section) => section.id === id)?.name ?? id;

/** Neither case nor accents matter. */
const fold = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

export const wordsOf = (query: string): readonly string[] => fold(query).split(/\s+/).filter(Boolean);

/** What has every word of the query in its name, its sentence, its section or what else it is called; names first. */
export function findSettings(query: string): readonly Entry[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const rank = ({ name, sentence, words: others, section }: Entry): number => {
    const named = fold(name);
    const all = [named, fold(sentence), fold(others), fold(sectionName(section))].join('\n');
    if (!words.every((word) => all.includes(word))) return 0;
    return words.every((word) => named.includes(word)) ? 2 : 1;
  };
  return ENTRIES.map((entry) => ({ entry, rank: rank(entry) }))
    .filter((found) => found.rank > 0)
    .toSorted((one, other) => other.rank - one.rank)
    .map(({ entry }) => entry);
}

export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** A text in pieces, those that were searched for marked. */
export function pieces(text: string, query: string): readonly Piece[] {
  const words = wordsOf(query);
  // Folding that changes the length, as of a ligature, would mark the wrong letters: such a text is left unmarked.
  const folded = fold(text);
  if (words.length === 0 || folded.length !== text.length) return [{ text, hit: false }];
  const hits = Array.from({ length: text.length }, () => false);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1))
      hits.fill(true, at, at + word.length);
  }
  const found: { text: string; hit: boolean }[] = [];
  for (const [index, hit] of hits.entries()) {
    const last = found.at(-1);
    if (last?.hit === hit) last.text += text[index] ?? '';
    else found.push({ text: text[index] ?? '', hit });
  }
  return found;
}
