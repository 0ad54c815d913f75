import type { Background } from '../contract/desktop.ts';

/** What only a desktop can do. */
export interface Desktop {
  revealFile(path: string): void;
  openFolder(path: string): Promise<void>;
  /** Opens a page in the browser of the person; `https:`, or this computer. Absent without a desktop. */
  openPage?(url: URL): Promise<void>;
  /** Absent when the person changed their mind. */
  chooseFolder(current: string): Promise<string | undefined>;
  /** Where to write an export of this name: a file, or a folder. Absent when the person changed their mind. */
  chooseExport(wanted: { readonly name: string; readonly folder: boolean }): Promise<string | undefined>;
  /** Begins to drag a file out of the window; the person has the button down. */
  startDrag(path: string): void;
  /** Puts a file on the clipboard, as file managers do. */
  copyFile(path: string): Promise<void>;
  /** Tray and keys; absent without a desktop. */
  background?(): Background;
}
