import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../../../shared/errors.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';

/** One JSON object a line, only ever appended; a later line about a path replaces an earlier one. */
const FILE = '.longtake/digests.jsonl';

const digestSchema = z.object({
  /** Relative to the recordings folder, with `/`. */
  path: z.string(),
  bytes: z.int().min(0),
  /** Of the whole file, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was taken, ms since 1970 UTC. */
  at: z.number(),
});
export type Digest = z.infer<typeof digestSchema>;

/** The digests of the files in one recordings folder, kept beside its ledger. */
export class Digests {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #known: Promise<Map<string, Digest>> | undefined;

  constructor(fileSystem: FileSystem, root: string) {
    this.#fileSystem = fileSystem;
    this.#path = join(root, ...FILE.split('/'));
  }

  async of(path: string): Promise<Digest | undefined> {
    return (await this.#all()).get(path);
  }

  async keep(digest: Digest): Promise<void> {
    await this.#fileSystem.makeFolder(dirname(this.#path));
    await this.#fileSystem.append(this.#path, `${JSON.stringify(digest)}\n`);
    (await this.#all()).set(digest.path, digest);
  }

  #all(): Promise<Map<string, Digest>> {
    this.#known ??= this.#read();
    return this.#known;
  }

  async #read(): Promise<Map<string, Digest>> {
    const found = new Map<string, Digest>();
    let text: string;
    try {
      text = await this.#fileSystem.readText(this.#path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return found;
      throw error;
    }
    for (const line of text.split('\n')) {
      const digest = parsed(line);
      if (digest) found.set(digest.path, digest);
    }
    return found;
  }
}

/** Undefined for a line that a power cut tore. */
function parsed(line: string): Digest | undefined {
  try {
    return digestSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
