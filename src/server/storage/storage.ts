/** What is being received: bytes without a name yet, which nobody else sees. */
export interface Incoming {
  /** Takes all pieces; they may be used again once this resolves. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Nothing more is written; does what takes long about {@link publish} before it, which does it otherwise. */
  complete(): Promise<void>;
  /**
   * Gives the bytes the name `key`. Once it resolves they are there after a power cut, too. `taken`: something has that
   * name and `mayReplace` is false; then they can still be published or discarded.
   */
  publish(key: string, mayReplace: boolean): Promise<'published' | 'taken'>;
  /** Frees what was written; fine after {@link publish}. */
  discard(): Promise<void>;
}

export interface StoredEntry {
  readonly key: string;
  readonly bytes: number;
  /** ms since 1970 UTC. */
  readonly modifiedAt: number;
}

/**
 * Where sessions and recordings lie, as a port: a folder on disk, or a bucket. A key is a relative path with `/` of
 * names that {@link isKey} takes. Every call may fail with an error of the system, such as ENOSPC.
 */
export interface Storage {
  /** Room for bytes that will get the name `key` or another one in its folder. */
  receive(key: string): Promise<Incoming>;
  /** Bytes `from` (inclusive) to `to` (exclusive). @throws NOT_FOUND */
  read(key: string, from: number, to: number): AsyncIterable<Uint8Array>;
  /** Of small things alone, for all is in memory at once; undefined when it is not there. */
  readText(key: string): Promise<string | undefined>;
  /** Replaces it in one go, so that a reader sees the one or the other. */
  writeText(key: string, text: string): Promise<void>;
  stat(key: string): Promise<StoredEntry | undefined>;
  /** Whatever begins with `prefix`, which ends with `/`; in no order; left-overs of receiving, too. */
  list(prefix: string): AsyncIterable<StoredEntry>;
  /** Names right below `prefix` that have something below them. */
  folders(prefix: string): Promise<readonly string[]>;
  remove(key: string): Promise<void>;
  /** Removes whatever begins with `prefix`, which ends with `/`. */
  removeAll(prefix: string): Promise<void>;
  /** Bytes that still fit; undefined where there is no such limit. */
  freeBytes(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** A file that is still being received when everything else is over was left by a process that was killed. */
export const isLeftOver = (key: string): boolean => key.endsWith('.part');
