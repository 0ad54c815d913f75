import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

const BLOCK = 512;
/** Largest size that the octal field of a header holds; beyond it a pax header says it. */
const MOST_OCTAL = 0o77777777777;

/** Files as one archive (POSIX.1-2001 pax, ustar headers), by their names alone. */
export async function* tarOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path);
    const name = basename(path);
    const seconds = Math.floor(mtimeMs / 1000);
    const pax = paxRecords({ path: name, ...(size > MOST_OCTAL ? { size: String(size) } : {}) });
    yield header({ name: 'pax', size: pax.length, seconds, type: 'x' });
    yield padded(pax);
    yield header({ name: asciiName(name), size: Math.min(size, MOST_OCTAL), seconds, type: '0' });
    let left = size;
    if (size > 0) {
      for await (const piece of createReadStream(path, { end: size - 1 })) {
        left -= (piece as Buffer).length;
        yield piece as Buffer;
      }
    }
    if (left > 0) throw new Error(`${path} became shorter while it was sent.`);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly seconds: number;
  readonly type: '0' | 'x';
}

function header({ name, size, seconds, type }: Entry): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'latin1');
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write(`${seconds.toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Each record begins with its own length in bytes. */
function paxRecords(values: Readonly<Record<string, string>>): Buffer {
  const records = Object.entries(values).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return Buffer.from(records.join(''));
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

const asciiName = (name: string): string => name.replaceAll(/[^\x20-\x7e]/g, '_').slice(-99);
