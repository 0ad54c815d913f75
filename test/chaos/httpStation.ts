import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { tool } from '../support/codedAudio.ts';
import { Servers } from '../support/servers.ts';

const SEND_MS = 100;
/** Long enough for any connection of a round. */
const FLAC_SECONDS = 240;
const FLAC_PROGRAMMES = 4;
const LINK_SECONDS = 7;
const LINKS = 8;

interface Part {
  readonly bytes: Buffer;
  readonly seconds: number;
}

interface Programme {
  readonly type: string;
  /** What the listener of this number gets, one after the other. */
  parts(listener: number): readonly Part[];
}

/**
 * A web server that plays what Icecast does not: native FLAC, and Ogg with new headers at each title. It sends in real
 * time, and each listener something else, so that it is known what of it was meant.
 */
export class HttpStation {
  static readonly mounts = ['/seven.flac', '/eight.opus'] as const;
  readonly port: number;
  readonly #servers: Servers;

  private constructor(servers: Servers, port: number) {
    this.#servers = servers;
    this.port = port;
  }

  /** Makes what it plays in `folder`. */
  static async start(folder: string): Promise<HttpStation> {
    await mkdir(folder, { recursive: true });
    const [flac, links] = await Promise.all([
      makeAll(FLAC_PROGRAMMES, (seed) =>
        makePart(folder, `${seed}.flac`, seed, 22_050, FLAC_SECONDS, ['-c:a', 'flac']),
      ),
      makeAll(LINKS, (seed) => {
        const title = ['-metadata', `title=Song ${seed}`, '-metadata', 'artist=Nobody'];
        const codec = ['-c:a', 'libopus', '-b:a', '48k', ...title];
        return makePart(folder, `${seed}.opus`, seed, 48_000, LINK_SECONDS, codec);
      }),
    ]);
    const programmes: Readonly<Record<(typeof HttpStation.mounts)[number], Programme>> = {
      '/seven.flac': { type: 'audio/flac', parts: (listener) => flac.slice(listener % flac.length).slice(0, 1) },
      '/eight.opus': {
        type: 'application/ogg',
        parts: (listener) =>
          Array.from({ length: 6 * LINKS }, (_, at) => links[(3 * listener + at) % LINKS]).flatMap((one) => one ?? []),
      },
    };
    const servers = new Servers();
    let listeners = 0;
    const server = createServer((socket) => {
      socket.once('data', (asked) => {
        const mount = HttpStation.mounts.find((one) => asked.toString('latin1').startsWith(`GET ${one} `));
        if (!mount) {
          socket.end('HTTP/1.0 404 Not Found\r\n\r\n');
          return;
        }
        const { type, parts } = programmes[mount];
        // As old stations do, and so that nothing stands between the bytes of the stream.
        socket.write(`HTTP/1.0 200 OK\r\nContent-Type: ${type}\r\n\r\n`);
        send(socket, parts((listeners += 1)));
      });
    });
    return new HttpStation(servers, await servers.listen(server));
  }

  async stop(): Promise<void> {
    await this.#servers.close();
  }
}

/** In real time, however late this process is. */
function send(socket: Socket, parts: readonly Part[]): void {
  const begun = performance.now();
  const rest = [...parts];
  let beforeMs = 0;
  let sent = 0;
  const timer = setInterval(() => {
    for (let part = rest[0]; part; part = rest[0]) {
      const ms = part.seconds * 1000;
      const due = Math.min(1, (performance.now() - begun - beforeMs) / ms);
      const end = Math.floor(due * part.bytes.length);
      if (end > sent) socket.write(part.bytes.subarray(sent, end));
      sent = end;
      if (due < 1) return;
      rest.shift();
      beforeMs += ms;
      sent = 0;
    }
    socket.end();
    clearInterval(timer);
  }, SEND_MS);
  socket.on('close', () => clearInterval(timer));
}

function makeAll(count: number, make: (seed: number) => Promise<Part>): Promise<Part[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index + 1)));
}

async function makePart(
  folder: string,
  name: string,
  seed: number,
  rate: number,
  seconds: number,
  codec: readonly string[],
): Promise<Part> {
  const path = join(folder, name);
  const input = `anoisesrc=d=${seconds}:c=pink:r=${rate}:seed=${seed}:a=0.3`;
  await tool('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', input, '-ac', '1', ...codec, path]);
  return { bytes: await readFile(path), seconds };
}
