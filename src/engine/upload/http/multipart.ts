import { randomUUID } from 'node:crypto';
import type { AskedBody } from './httpClient.ts';

export interface FilePart {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  read(): AsyncIterable<Uint8Array>;
}

/** A form with one file in the field `file` (RFC 7578), whose length is known before it is read. */
export function formWithFile(
  fields: Readonly<Record<string, string>>,
  file: FilePart,
): { readonly contentType: string; readonly body: AskedBody } {
  const boundary = `longtake-${randomUUID()}`;
  const encoder = new TextEncoder();
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  );
  const head = encoder.encode(
    `${texts.join('')}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${quoted(file.name)}"\r\n` +
      `Content-Type: ${file.mimeType}\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      kind: 'stream',
      length: head.length + file.bytes + tail.length,
      read: async function* () {
        yield head;
        yield* file.read();
        yield tail;
      },
    },
  };
}

/** As browsers write names (HTML, multipart/form-data encoding). */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
