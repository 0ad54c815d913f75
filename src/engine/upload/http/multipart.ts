import { createHash, randomUUID } from 'node:crypto';
import type { AskedBody } from './httpClient.ts';

/** SHA-256 in hex. */
const DIGEST_CHARACTERS = 64;

export interface FilePart {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  read(): AsyncIterable<Uint8Array>;
}

export interface FileForm {
  readonly contentType: string;
  readonly body: AskedBody;
  /** SHA-256 of the file as it was last read to its end for this form, hex. */
  sha256(): string | undefined;
}

/**
 * A form with one file in the field `file` (RFC 7578), whose length is known before it is read. `digestField`: behind the
 * file, its SHA-256 in hex, so that it is read once.
 */
export function formWithFile(fields: Readonly<Record<string, string>>, file: FilePart, digestField?: string): FileForm {
  const boundary = `longtake-${randomUUID()}`;
  const encoder = new TextEncoder();
  const texts = Object.entries(fields).map(([name, value]) => `--${boundary}\r\n${field(name)}${value}\r\n`);
  const head = encoder.encode(
    `${texts.join('')}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${quoted(file.name)}"\r\n` +
      `Content-Type: ${file.mimeType}\r\n\r\n`,
  );
  const tail = (digest: string): Uint8Array => {
    const last = digestField === undefined ? '' : `\r\n--${boundary}\r\n${field(digestField)}${digest}`;
    return encoder.encode(`${last}\r\n--${boundary}--\r\n`);
  };
  let sha256: string | undefined;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      kind: 'stream',
      length: head.length + file.bytes + tail('0'.repeat(DIGEST_CHARACTERS)).length,
      read: async function* () {
        const hash = createHash('sha256');
        sha256 = undefined;
        yield head;
        for await (const piece of file.read()) {
          hash.update(piece);
          yield piece;
        }
        sha256 = hash.digest('hex');
        yield tail(sha256);
      },
    },
    sha256: () => sha256,
  };
}

const field = (name: string): string => `Content-Disposition: form-data; name="${quoted(name)}"\r\n\r\n`;

/** As browsers write names (HTML, multipart/form-data encoding). */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
