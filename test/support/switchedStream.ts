import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OUTPUT = ['-ar', '48000', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3', 'pipe:1'];

/** An MP3 station on loopback whose programme is switched while its listeners stay connected. */
export class SwitchedStream {
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  #player: ChildProcess | undefined;
  #loop: NodeJS.Timeout | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (_, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      this.#listeners.add(response);
      response.on('close', () => this.#listeners.delete(response));
    });
  }

  static async start(): Promise<SwitchedStream> {
    const server = createServer();
    const stream = new SwitchedStream(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return stream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/live.mp3`;
  }

  /** Plays what ffmpeg's lavfi describes, in real time, from now on. */
  async play(signal: string): Promise<void> {
    await this.#quiet();
    const player = spawn('ffmpeg', ['-v', 'error', '-re', '-f', 'lavfi', '-i', signal, ...OUTPUT], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    player.stdout.on('data', (bytes: Buffer) => this.#send(bytes));
    this.#player = player;
    await once(player.stdout, 'data');
  }

  /** Plays the same second of noise again and again, as a relay does that hangs. */
  async hang(): Promise<void> {
    await this.#quiet();
    const source = ['-f', 'lavfi', '-i', 'anoisesrc=d=1.2:r=48000:a=0.3:c=pink'];
    const { stdout } = await run('ffmpeg', ['-v', 'error', ...source, ...OUTPUT], { encoding: 'buffer' });
    this.#loop = setInterval(() => this.#send(stdout), 1000);
  }

  async dispose(): Promise<void> {
    await this.#quiet();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #send(bytes: Buffer): void {
    for (const listener of this.#listeners) listener.write(bytes);
  }

  async #quiet(): Promise<void> {
    clearInterval(this.#loop);
    const player = this.#player;
    this.#player = undefined;
    if (!player || player.exitCode !== null) return;
    const exit = once(player, 'exit');
    player.kill('SIGKILL');
    await exit;
  }
}
