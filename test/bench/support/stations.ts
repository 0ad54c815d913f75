import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMpegAudioParser } from '../../../src/engine/containers/mpegAudio.ts';
import { encode } from '../../support/ffmpeg.ts';
import { Icecast, SOURCE_PASSWORD } from '../../support/icecast.ts';

const BITRATE = 128_000;
const FEED_MS = 100;

/** Many stations on one Icecast that all play the same MP3 of 128 kbit/s in real time, from one thread. */
export class Stations {
  readonly icecast: Icecast;
  readonly mounts: readonly string[];
  readonly #programme: Buffer;
  readonly #places = new Map<string, number>();
  #sockets: Socket[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(icecast: Icecast, mounts: readonly string[], programme: Buffer) {
    this.icecast = icecast;
    this.mounts = mounts;
    this.#programme = programme;
    for (const [index, frame] of framesOf(programme).entries()) this.#places.set(frame, index);
  }

  /** Each station has `seconds` to play. */
  static async start(count: number, seconds: number): Promise<Stations> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-stations-'));
    const file = join(folder, 'programme.mp3');
    const encoder = ['-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0'];
    await encode(file, { duration: seconds, encoder });
    const programme = await readFile(file);
    await rm(folder, { recursive: true });
    const mounts = Array.from({ length: count }, (_, index) => `/station${index}.mp3`);
    const stations = new Stations(await Icecast.start({ sourceTimeoutSeconds: seconds }), mounts, programme);
    await stations.#play();
    return stations;
  }

  /** Frames that are missing between the first and the last one in `recorded`, in whatever file they came. */
  lostFrames(recorded: Buffer): { readonly frames: number; readonly lost: number } {
    const frames = framesOf(recorded);
    let lost = 0;
    let before: number | undefined;
    for (const frame of frames) {
      const place = this.#places.get(frame);
      if (place === undefined) throw new Error('A recorded frame was never sent.');
      if (before !== undefined) lost += Math.abs(place - before - 1);
      before = place;
    }
    return { frames: frames.length, lost };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    await this.icecast.dispose();
  }

  async #play(): Promise<void> {
    this.#sockets = await Promise.all(this.mounts.map((mount) => sourceSocket(this.icecast.port, mount)));
    const began = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) * BITRATE) / 8000);
      const piece = this.#programme.subarray(sent, due);
      for (const socket of this.#sockets) socket.write(piece);
      sent = due;
    }, FEED_MS);
  }
}

async function sourceSocket(port: number, mount: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const login = Buffer.from(`source:${SOURCE_PASSWORD}`).toString('base64');
  socket.write(`SOURCE ${mount} HTTP/1.0\r\nAuthorization: Basic ${login}\r\nContent-Type: audio/mpeg\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!String(answer).includes(' 200 ')) throw new Error(`Icecast refused ${mount}: ${String(answer)}`);
  return socket;
}

function framesOf(bytes: Buffer): readonly string[] {
  const parser = createMpegAudioParser();
  const list: string[] = [];
  for (const { block } of [parser.push(bytes), parser.flush()]) {
    let at = 0;
    for (const frame of block?.frames ?? []) {
      list.push(Buffer.from(block?.bytes.subarray(at, at + frame.bytes) ?? []).toString('latin1'));
      at += frame.bytes;
    }
  }
  return list;
}
