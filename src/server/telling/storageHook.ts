import { z } from 'zod';

const eventSchema = z.looseObject({
  Records: z
    .array(z.looseObject({ s3: z.looseObject({ object: z.looseObject({ key: z.string().max(2000) }) }) }))
    .min(1)
    .max(1000),
});

/**
 * The recordings that an event of a store speaks of: keys end in `<folder>/<id>/audio.<extension>`. Undefined when it is
 * no event.
 */
export function recordingsOf(event: unknown, outputFolder: string): readonly number[] | undefined {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return undefined;
  const found = parsed.data.Records.flatMap(({ s3 }) => recordingOf(keyOf(s3.object.key), outputFolder) ?? []);
  return [...new Set(found)];
}

function recordingOf(key: string, outputFolder: string): number | undefined {
  const [folder = '', rest] = splitLast(`/${key}`, `/${outputFolder}/`);
  const [, id] = /^(\d{1,15})\/audio\.[0-9a-z]{1,5}$/.exec(rest ?? '') ?? [];
  return id === undefined || folder.includes('..') ? undefined : Number(id);
}

function splitLast(text: string, at: string): readonly [string, string | undefined] {
  const index = text.lastIndexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

/** Keys come as in the query of an address. */
function keyOf(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A key that is not encoded is taken as it is.
    return text;
  }
}
