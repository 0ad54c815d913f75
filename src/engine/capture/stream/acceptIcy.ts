import type { Socket } from 'node:net';

const ICY_STATUS = Buffer.from('ICY ');
const HTTP_STATUS = Buffer.from('HTTP/1.0 ');

/**
 * SHOUTcast 1 answers `ICY 200 OK`, which no HTTP parser takes. The first bytes that are read from the socket get the
 * protocol's name instead; after them the socket is as it was. Nothing may have been read from it before.
 */
export function acceptIcy(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!Buffer.isBuffer(chunk)) return chunk;
    socket.read = read;
    if (!chunk.subarray(0, ICY_STATUS.length).equals(ICY_STATUS)) return chunk;
    return Buffer.concat([HTTP_STATUS, chunk.subarray(ICY_STATUS.length)]);
  };
}
