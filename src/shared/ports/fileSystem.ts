/** An open file. Every call may fail with a Node error that has a `code` such as ENOSPC or EIO. */
export interface OpenFile {
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Reads up to `length` bytes at `position`; shorter only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Fills `target` from `position` on; returns how much that was, less than all of it only at the end of the file. */
  readInto(target: Uint8Array, position: number): Promise<number>;
  /** Makes what was written survive a power cut. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  /** False once the file has no name any more: somebody deleted it, or its folder. */
  isLinked(): Promise<boolean>;
  close(): Promise<void>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The part of a file system that the engine needs, as a port: tests break it. Paths are absolute. */
export interface FileSystem {
  /** Opens a file that must not exist yet (error code EEXIST otherwise). */
  createExclusive(path: string): Promise<OpenFile>;
  openForRepair(path: string): Promise<OpenFile>;
  openForReading(path: string): Promise<OpenFile>;
  /** Adds to the end of a file in one write; makes the file when it is missing. */
  append(path: string, text: string): Promise<void>;
  readText(path: string): Promise<string>;
  /** Makes the folder and those above it; fine when it exists. */
  makeFolder(path: string): Promise<void>;
  /** Gives a file another name on the same volume (error code EXDEV otherwise); one that is taken is an EEXIST. */
  move(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Removes a folder that is empty (error code ENOTEMPTY or EEXIST otherwise). */
  removeFolder(path: string): Promise<void>;
  list(path: string): Promise<readonly DirectoryEntry[]>;
  stat(path: string): Promise<{ readonly bytes: number; readonly modifiedAt: number } | undefined>;
  /** Bytes that this process may still write to the volume of `path`. */
  freeBytes(path: string): Promise<number>;
}
