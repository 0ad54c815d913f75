/** Asked for at once; more would only stand before what is wanted next. */
const MOST_IN_FLIGHT = 2;
/** After a failure nothing is asked for so long, ms: what failed once would fail in every frame. */
const REST_MS = 2000;

export interface TileId {
  /** Each level is twice as coarse as the one below; 0 is the finest. */
  readonly level: number;
  /** From the start of the recording. */
  readonly index: number;
}

export interface TilesOptions<Data> {
  fetch(id: TileId): Promise<Data>;
  /** A tile arrived. */
  changed(): void;
  failed(error: unknown): void;
  /** Tiles that are kept; those that were used longest ago are forgotten. */
  readonly most: number;
}

const keyOf = ({ level, index }: TileId): string => `${level}:${index}`;

/** Pieces of a picture at many resolutions, fetched as they come into sight and kept while there is room. */
export class Tiles<Data> {
  readonly #options: TilesOptions<Data>;
  /** In the order of use: the first is the one that was used longest ago. */
  readonly #kept = new Map<string, { readonly data: Data; readonly stale: boolean }>();
  readonly #flying = new Set<string>();
  #wanted: readonly TileId[] = [];
  #closed = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TilesOptions<Data>) {
    this.#options = options;
  }

  get(id: TileId): Data | undefined {
    const key = keyOf(id);
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.data;
  }

  /** What is in sight now, the most important first. It replaces what was wanted before and has not been asked for. */
  want(ids: readonly TileId[]): void {
    this.#wanted = ids;
    this.#next();
  }

  /** They are drawn until they are there anew. */
  markStale(isStale: (data: Data) => boolean): void {
    clearTimeout(this.#rest);
    this.#rest = undefined;
    for (const [key, { data }] of this.#kept) if (isStale(data)) this.#kept.set(key, { data, stale: true });
    this.#next();
  }

  /** What arrives later is forgotten. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#rest);
    this.#wanted = [];
    this.#kept.clear();
  }

  #next(): void {
    if (this.#rest !== undefined) return;
    for (const id of this.#wanted) {
      if (this.#closed || this.#flying.size >= MOST_IN_FLIGHT) return;
      const key = keyOf(id);
      const kept = this.#kept.get(key);
      if (this.#flying.has(key) || (kept && !kept.stale)) continue;
      this.#flying.add(key);
      this.#fetch(id, key).catch((error: unknown) => this.#options.failed(error));
    }
  }

  async #fetch(id: TileId, key: string): Promise<void> {
    try {
      const data = await this.#options.fetch(id);
      if (this.#closed) return;
      this.#kept.set(key, { data, stale: false });
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= this.#options.most) break;
        this.#kept.delete(oldest);
      }
      this.#options.changed();
    } catch (error) {
      this.#rest ??= setTimeout(() => {
        this.#rest = undefined;
        this.#next();
      }, REST_MS);
      throw error;
    } finally {
      this.#flying.delete(key);
      this.#next();
    }
  }
}
