import { open } from 'node:fs/promises';
import { z } from 'zod';

interface Node {
  readonly files?: Readonly<Record<string, Node>> | undefined;
  readonly unpacked?: boolean | undefined;
}

const nodeSchema: z.ZodType<Node> = z.object({
  files: z
    .record(
      z.string(),
      z.lazy(() => nodeSchema),
    )
    .optional(),
  unpacked: z.boolean().optional(),
});

/** Of the numbers before the text, the lengths of all and of what pads it. */
const TEXT_AT = 16;
const LENGTH_AT = 12;

/** Every file of an asar archive, and whether it lies beside it. The archive begins with its list, as JSON. */
export async function filesOfArchive(path: string): Promise<{ readonly path: string; readonly isUnpacked: boolean }[]> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(TEXT_AT);
    await file.read(head, 0, TEXT_AT, 0);
    const text = Buffer.alloc(head.readUInt32LE(LENGTH_AT));
    await file.read(text, 0, text.length, TEXT_AT);
    return [...walk(nodeSchema.parse(JSON.parse(text.toString())), '')];
  } finally {
    await file.close();
  }
}

function* walk(node: Node, folder: string): Generator<{ readonly path: string; readonly isUnpacked: boolean }> {
  for (const [name, child] of Object.entries(node.files ?? {})) {
    if (child.files) yield* walk(child, `${folder}${name}/`);
    else yield { path: `${folder}${name}`, isUnpacked: child.unpacked === true };
  }
}
