import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A frame of MPEG-1 Layer III, 128 kbit/s, 48 kHz, stereo (ISO/IEC 11172-3 2.4.2.3): 384 bytes, 24 ms. Its side
 * information is all zeros: it plays silence, and what follows is free for a number.
 */
const HEADER = Buffer.from([0xff, 0xfb, 0x94, 0x00]);
const FRAME_BYTES = 384;
const FRAME_MS = 24;
const SIDE_INFORMATION_BYTES = 32;
const MARK = Buffer.from('LTDR', 'latin1');
const MARK_AT = HEADER.length + SIDE_INFORMATION_BYTES;
const NUMBER_AT = MARK_AT + MARK.length;
const TICK_MS = 96;
/** A listener that takes nothing for so long is not sent more. */
const MOST_WAITING_BYTES = 256 * 1024;

/** The number of a frame of the station; undefined for any other. */
export function numberOf(frame: Uint8Array): number | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < FRAME_BYTES || !bytes.subarray(MARK_AT, NUMBER_AT).equals(MARK)) return undefined;
  return bytes.readUInt32BE(NUMBER_AT);
}

function frameOf(number: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  HEADER.copy(frame);
  MARK.copy(frame, MARK_AT);
  frame.writeUInt32BE(number, NUMBER_AT);
  return frame;
}

/** A station of the drill's own, on loopback: silence in numbered frames, in real time, to whoever listens. */
export class Station {
  readonly #listeners = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;
  readonly #begunAt = performance.now();
  #server: Server | undefined;
  #port = 0;
  #sent = 0;

  private constructor() {
    this.#timer = setInterval(() => this.#play(), TICK_MS);
  }

  static async start(): Promise<Station> {
    const station = new Station();
    await station.open();
    return station;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/drill.mp3`;
  }

  /** Takes listeners, at the same address as ever. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      request.on('error', () => response.destroy());
      response.on('error', () => this.#listeners.delete(response));
      response.on('close', () => this.#listeners.delete(response));
      response.writeHead(200, { 'Content-Type': 'audio/mpeg' });
      this.#listeners.add(response);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts everyone off; nobody can connect until {@link open}. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.close();
  }

  #play(): void {
    const due = Math.floor((performance.now() - this.#begunAt) / FRAME_MS);
    const frames: Buffer[] = [];
    for (; this.#sent < due; this.#sent += 1) frames.push(frameOf(this.#sent));
    if (frames.length === 0) return;
    const piece = Buffer.concat(frames);
    for (const listener of this.#listeners) {
      if (listener.writableLength > MOST_WAITING_BYTES) listener.destroy();
      else listener.write(piece);
    }
  }
}
