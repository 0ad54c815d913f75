import { clipboard } from 'electron';
import { LongtakeError } from '../shared/errors.ts';
import { clipboardFile } from './clipboardFile.ts';

/** Electron before 42 or so; its types are not in the present declarations. */
interface OldClipboard {
  writeBuffer?(format: string, bytes: Buffer): void;
}

/**
 * Puts a file on the clipboard. The one place that knows that Electron's clipboard has become another one: formats of
 * the system are written as bytes in the old one, and as items of a type of its own in the new one.
 */
export async function copyFileToClipboard(path: string): Promise<void> {
  const [format, bytes] = clipboardFile(path);
  const old = clipboard as unknown as OldClipboard;
  if (old.writeBuffer) {
    old.writeBuffer(format, bytes);
    return;
  }
  try {
    // The old one has no such export, so it is asked for only here.
    const { ClipboardItem } = await import('electron');
    const item = new ClipboardItem({
      [`electron application/osclipboard;format="${format}"`]: new Blob([new Uint8Array(bytes)]),
    });
    await clipboard.write([item]);
  } catch (cause) {
    throw new LongtakeError('NOT_ALLOWED', 'The file could not be put on the clipboard. Export it instead.', { cause });
  }
}
