import { pathToFileURL } from 'node:url';

/** How a file lies on the clipboard so that file managers paste it: the format and its bytes. */
export function clipboardFile(
  path: string,
  { platform, desktop }: { readonly platform: string; readonly desktop: string } = {
    platform: process.platform,
    desktop: process.env['XDG_CURRENT_DESKTOP'] ?? '',
  },
): readonly [format: string, bytes: Buffer] {
  const url = pathToFileURL(path).href;
  if (platform === 'darwin') return ['public.file-url', Buffer.from(url)];
  if (platform === 'win32') return ['FileNameW', Buffer.from(`${path}\0`, 'utf16le')];
  // GNOME's file manager and its relatives have a format of their own; the others take a list of addresses.
  if (/kde|lxqt/i.test(desktop)) return ['text/uri-list', Buffer.from(`${url}\r\n`)];
  return ['x-special/gnome-copied-files', Buffer.from(`copy\n${url}`)];
}
