import { z } from 'zod';

const spanSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['text', 'code', 'strong', 'emphasis']), text: z.string() }),
  z.object({ type: z.literal('link'), text: z.string(), href: z.string() }),
]);
export type Span = z.infer<typeof spanSchema>;

const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heading'), level: z.number(), id: z.string(), text: z.string() }),
  z.object({ type: z.literal('paragraph'), spans: z.array(spanSchema) }),
  z.object({ type: z.literal('code'), text: z.string() }),
  z.object({ type: z.literal('list'), ordered: z.boolean(), items: z.array(z.array(spanSchema)) }),
  z.object({
    type: z.literal('table'),
    head: z.array(z.array(spanSchema)),
    rows: z.array(z.array(z.array(spanSchema))),
  }),
]);
export type Block = z.infer<typeof blockSchema>;

/** The README as it was when the program was built; see scripts/pages. */
export async function loadHelp(): Promise<readonly Block[]> {
  const answer = await fetch('help.json');
  if (!answer.ok) throw new Error('The file of the help is not there. Build Longtake again.');
  return z.array(blockSchema).parse(await answer.json());
}

/** A heading and what is below it, up to the next one of the second rank. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export function chaptersOf(blocks: readonly Block[]): readonly Chapter[] {
  const chapters: { id: string; title: string; blocks: Block[] }[] = [];
  for (const block of blocks) {
    if (block.type === 'heading' && block.level <= 2) chapters.push({ id: block.id, title: block.text, blocks: [] });
    else chapters.at(-1)?.blocks.push(block);
  }
  return chapters.filter((chapter) => chapter.blocks.length > 0);
}

const textOf = (spans: readonly Span[]): string => spans.map(({ text }) => text).join('');

/** What is read of a block. */
export function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return textOf(block.spans);
    case 'list':
      return block.items.map(textOf).join('\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(textOf).join(' ')).join('\n');
    default:
      return block.text;
  }
}

/** Chapters with the blocks, and of lists and tables the parts, that have every word; a chapter so called has all. */
export function findHelp(chapters: readonly Chapter[], query: string): readonly Chapter[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return chapters;
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const narrowed = (block: Block): readonly Block[] => {
    if (block.type === 'list') {
      const items = block.items.filter((item) => has(textOf(item)));
      return items.length > 0 ? [{ ...block, items }] : [];
    }
    if (block.type === 'table') {
      const rows = block.rows.filter((row) => has(row.map(textOf).join(' ')));
      return rows.length > 0 ? [{ ...block, rows }] : [];
    }
    return has(blockText(block)) ? [block] : [];
  };
  return chapters
    .map((chapter) => (has(chapter.title) ? chapter : { ...chapter, blocks: chapter.blocks.flatMap(narrowed) }))
    .filter(({ blocks }) => blocks.length > 0);
}
