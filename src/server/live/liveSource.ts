/** What the live listening needs of sessions and recordings. */
export interface LiveSource {
  /** Undefined: there is no such session, or its audio is gone. */
  find(id: string): Promise<LiveSubject | undefined>;
  /**
   * The bytes of the audio from `fromByte` on. While the session receives, it waits for more; it ends with the audio,
   * or when `signal` is aborted.
   */
  read(id: string, fromByte: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface LiveSubject {
  /** Of the bytes that {@link LiveSource.read} gives. */
  readonly mimeType: string;
  /** More may come. */
  readonly receiving: boolean;
}

/** Where segments lie. What is in here can be made again from the session's chunks. */
export interface LiveStore {
  list(id: string): Promise<readonly string[]>;
  /** The file is there as a whole or not at all. */
  put(id: string, name: string, bytes: Uint8Array): Promise<void>;
  get(id: string, name: string): Promise<Uint8Array | undefined>;
  /** Fine when there is nothing. */
  remove(id: string): Promise<void>;
  /** All that have files. */
  ids(): Promise<readonly string[]>;
}
