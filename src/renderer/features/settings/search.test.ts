import { describe, expect, it } from 'vitest';
import { SETTING_ITEMS } from '../../../shared/domain/settingItems.ts';
import { SETTING_PLACES } from '../../../shared/domain/settingPlaces.ts';
import { ENTRIES, findSettings, pieces } from './search.ts';

const found = (query: string): readonly string[] => findSettings(query).map(({ id }) => id);

describe('searching the settings', () => {
  it('finds by name, sentence, section and what else people call it', () => {
    expect(found('file names')[0]).toBe('filenamePattern');
    expect(found('midnight')).toEqual(['splitSeconds']);
    expect(found('bandwidth')).toEqual(['uploadBytesPerSecond']);
    expect(found('HOTKEY mark')).toEqual(['markShortcut']);
    expect(found('filename')).toEqual(['filenamePattern']);
    expect(found('dark mode')).toEqual(['theme']);
    expect(found('sample rate')).toEqual(['place.sources']);
    expect(found('detection pre')).toContain('detection.preRollSeconds');
  });

  it('wants every word, and puts names before sentences', () => {
    expect(found('trash')[0]).toMatch(/trash/i);
    expect(found('trash bandwidth')).toEqual([]);
    expect(found('  ')).toEqual([]);
    expect(found('[a-z]*(')).toEqual([]);
  });

  it('leaves nothing out', () => {
    expect(ENTRIES.map(({ id }) => id).toSorted()).toEqual(
      [...SETTING_ITEMS, ...SETTING_PLACES].map(({ id }) => id).toSorted(),
    );
  });

  it('marks what was searched for and changes no letter', () => {
    expect(pieces('File names', 'NAM fi')).toEqual([
      { text: 'Fi', hit: true },
      { text: 'le ', hit: false },
      { text: 'nam', hit: true },
      { text: 'es', hit: false },
    ]);
    expect(
      pieces('ﬁle café', 'cafe')
        .map(({ text }) => text)
        .join(''),
    ).toBe('ﬁle café');
  });
});
