/** Largest configuration file that is read, bytes. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** UTF-8 when it is valid, else Windows-1252, of which Latin-1 is a part. A byte order mark is taken off. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return new TextDecoder('windows-1252').decode(bytes);
    throw error;
  }
}

/** The text of a file that a person wrote with whatever editor: as {@link decodeText}, or UTF-16 with its mark. */
export function decodeFileText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return decodeText(bytes);
}
