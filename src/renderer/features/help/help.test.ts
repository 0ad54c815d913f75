import { describe, expect, it } from 'vitest';
import { type Block, chaptersOf, findHelp } from './help.ts';

const text = (words: string) => [{ type: 'text' as const, text: words }];
const blocks: readonly Block[] = [
  { type: 'heading', level: 1, id: 'longtake', text: 'Longtake' },
  { type: 'paragraph', spans: text('A studio.') },
  { type: 'heading', level: 2, id: 'alarms', text: 'Alarms' },
  { type: 'table', head: [text('alarm')], rows: [[text('Silence for 60 s')], [text('Clipping')]] },
  { type: 'list', ordered: false, items: [text('One silence'), text('Two')] },
];

describe('the help', () => {
  it('has a chapter for each heading of the first two ranks', () => {
    expect(chaptersOf(blocks).map(({ title, blocks: own }) => [title, own.length])).toEqual([
      ['Longtake', 1],
      ['Alarms', 2],
    ]);
  });

  it('finds lines by all words, and whole chapters by their name', () => {
    const found = (query: string) => findHelp(chaptersOf(blocks), query);
    expect(found('SILENCE')).toEqual([
      expect.objectContaining({
        title: 'Alarms',
        blocks: [
          { ...blocks[3], rows: [[text('Silence for 60 s')]] },
          { ...blocks[4], items: [text('One silence')] },
        ],
      }),
    ]);
    expect(found('alarms')[0]?.blocks).toHaveLength(2);
    expect(found('silence studio')).toEqual([]);
    expect(found('')).toHaveLength(2);
  });
});
