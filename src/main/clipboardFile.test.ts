import { describe, expect, it } from 'vitest';
import { clipboardFile } from './clipboardFile.ts';

const text = (platform: string, desktop = '') => {
  const [format, bytes] = clipboardFile('/a/Hut 1.wav', { platform, desktop });
  return [format, bytes.toString()];
};

describe('a file on the clipboard', () => {
  it('is what the file manager of the desktop takes', () => {
    expect(text('linux', 'ubuntu:GNOME')).toEqual(['x-special/gnome-copied-files', 'copy\nfile:///a/Hut%201.wav']);
    expect(text('linux', 'KDE')).toEqual(['text/uri-list', 'file:///a/Hut%201.wav\r\n']);
    expect(text('darwin')).toEqual(['public.file-url', 'file:///a/Hut%201.wav']);
    expect(clipboardFile('C:\\a.wav', { platform: 'win32', desktop: '' })[1].toString('utf16le')).toBe('C:\\a.wav\0');
  });
});
