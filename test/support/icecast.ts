import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptPort } from './ports.ts';
import { AAC_128, FLAC, MP3_128, OPUS_96, type Recipe, SourceClient, VORBIS } from './ffmpeg.ts';

const run = promisify(execFile);

/** Of the mounts that ask for a login. */
export const LISTENER = { username: 'listener', password: 'let me in' } as const;

export const SOURCE_PASSWORD = 'source-secret';
const READY_MS = 60_000;
const ANSWER_MS = 5000;
const STARTS = 3;

const POLL_MS = 25;

/** By the ending of a mount's name. */
const kinds: Readonly<Record<string, { readonly recipe: Recipe; readonly type: string; readonly format: string }>> = {
  mp3: { recipe: MP3_128, type: 'audio/mpeg', format: 'mp3' },
  aac: { recipe: AAC_128, type: 'audio/aac', format: 'adts' },
  opus: { recipe: OPUS_96, type: 'audio/ogg', format: 'ogg' },
  ogg: { recipe: VORBIS, type: 'application/ogg', format: 'ogg' },
  oga: { recipe: FLAC, type: 'audio/ogg', format: 'ogg' },
  flac: { recipe: FLAC, type: 'audio/flac', format: 'flac' },
};

export interface IcecastOptions {
  /** Adds a port that speaks TLS, with a certificate for `localhost` that signs itself. */
  readonly tls?: boolean;
  /** A source that sends nothing for so long is cut off; on a busy machine, Icecast's own 10 are soon over. */
  readonly sourceTimeoutSeconds?: number;
}

/** A real Icecast on loopback, with ffmpeg playing to its mounts. All it needs is in a folder of its own. */
export class Icecast {
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** The certificate, for processes that shall trust it. */
  readonly certificate: string;
  readonly #folder: string;
  readonly #sources = new Map<string, SourceClient>();
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number, tlsPort: number | undefined) {
    this.#folder = folder;
    this.port = port;
    this.tlsPort = tlsPort;
    this.certificate = join(folder, 'certificate.pem');
  }

  static async start(options: IcecastOptions = {}): Promise<Icecast> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-icecast-'));
    const icecast = new Icecast(folder, await keptPort(), options.tls ? await keptPort() : undefined);
    try {
      await icecast.#prepare(options);
      await icecast.serve();
      return icecast;
    } catch (error) {
      await icecast.dispose();
      throw error;
    }
  }

  /** Address of a mount; `/private/...` asks for {@link LISTENER}. */
  url(mount: string): string {
    return `http://127.0.0.1:${this.port}${mount}`;
  }

  tlsUrl(mount: string): string {
    if (this.tlsPort === undefined) throw new Error('This server was started without TLS.');
    return `https://localhost:${this.tlsPort}${mount}`;
  }

  /** Runs the server; again after {@link kill}, on the same port. */
  async serve(): Promise<void> {
    for (let left = STARTS; ; left -= 1) {
      const server = spawn('icecast2', ['-c', join(this.#folder, 'icecast.xml')], { stdio: 'ignore' });
      this.#server = server;
      const hasEnded = (): boolean => server.exitCode !== null || server.signalCode !== null;
      await until('Icecast answers', async () => hasEnded() || (await status(this.url('/'))) !== undefined);
      if (!hasEnded()) return;
      // Asked for something before its threads are there, it crashes now and then.
      if (server.signalCode === null || left <= 1) {
        throw new Error(`Icecast ended (${server.exitCode ?? server.signalCode}):\n${await this.log()}`);
      }
    }
  }

  /** Pulls the plug of the server; its listeners are cut off. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }

  /** Stops the server where it is: its connections stay open and nothing comes. */
  pause(): void {
    this.#server?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#server?.kill('SIGCONT');
  }

  /** Whether something still plays to a mount. */
  isPlayed(mount: string): boolean {
    return this.#sources.get(mount)?.running === true;
  }

  /** Starts playing to a mount, in the format that the ending of its name says; resolves when listeners get it. */
  async play(mount: string, tags: readonly string[] = []): Promise<void> {
    const kind = kinds[/\.(\w+)$/.exec(mount)?.[1] ?? ''];
    if (!kind) throw new Error(`No format is known by the name ${mount}.`);
    const output = [...tags, '-content_type', kind.type, '-f', kind.format];
    const address = `icecast://source:${SOURCE_PASSWORD}@127.0.0.1:${this.port}${mount}`;
    const named = ['-ice_name', 'Radio Test', ...output];
    const client = new SourceClient(address, kind.recipe, named);
    this.#sources.set(mount, client);
    await until(`${mount} is on the air`, async () => {
      if (!client.running) throw new Error(`ffmpeg could not play to ${mount}:\n${await this.log()}`);
      const answer = await status(this.url(mount));
      return answer === 200 || answer === 401;
    });
  }

  /** Ends what plays to a mount. */
  async silence(mount: string): Promise<void> {
    await this.#sources.get(mount)?.stop();
    this.#sources.delete(mount);
  }

  /** Says what is on air; a mount that asks for a password answers before anything plays to it. */
  async setTitle(mount: string, title: string): Promise<void> {
    const query = new URLSearchParams({ mount, mode: 'updinfo', charset: 'UTF-8', song: title });
    const asked = this.url(`/admin/metadata?${query}`);
    await until(`${mount} takes a title`, async () => (await status(asked, `source:${SOURCE_PASSWORD}`)) === 200);
  }

  async log(): Promise<string> {
    return readFile(join(this.#folder, 'log', 'error.log'), 'utf8');
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.stop()));
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #prepare(options: IcecastOptions): Promise<void> {
    const log = join(this.#folder, 'log');
    await mkdir(log);
    // As root, the server gives up its rights to an account that must read and write here all the same.
    await chmod(this.#folder, 0o755);
    await chmod(log, 0o777);
    const digest = createHash('md5').update(LISTENER.password).digest('hex');
    await writeFile(join(this.#folder, 'listeners'), `${LISTENER.username}:${digest}\n`);
    if (this.tlsPort !== undefined) await this.#makeCertificate();
    await writeFile(join(this.#folder, 'icecast.xml'), this.#config(options));
  }

  async #makeCertificate(): Promise<void> {
    const key = join(this.#folder, 'key.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', key, '-out', this.certificate];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
    const both = (await readFile(this.certificate, 'utf8')) + (await readFile(key, 'utf8'));
    await writeFile(join(this.#folder, 'server.pem'), both);
    await chmod(join(this.#folder, 'server.pem'), 0o644);
  }

  #config({ sourceTimeoutSeconds = 60 }: IcecastOptions): string {
    // A listener that is held up is not cut off either.
    const patience = `<queue-size>16777216</queue-size><source-timeout>${sourceTimeoutSeconds}</source-timeout>`;
    const tls =
      this.tlsPort === undefined
        ? ''
        : `<listen-socket><port>${this.tlsPort}</port><bind-address>127.0.0.1</bind-address><ssl>1</ssl></listen-socket>`;
    const certificate =
      this.tlsPort === undefined ? '' : `<ssl-certificate>${join(this.#folder, 'server.pem')}</ssl-certificate>`;
    const owner =
      process.getuid?.() === 0 ? '<changeowner><user>icecast2</user><group>icecast</group></changeowner>' : '';
    return `<icecast>
  <limits><clients>500</clients><sources>100</sources><burst-size>65535</burst-size>${patience}</limits>
  <authentication>
    <source-password>${SOURCE_PASSWORD}</source-password>
    <admin-user>admin</admin-user><admin-password>admin-secret</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>${this.port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  ${tls}
  ${['/private/live.mp3', '/private/live.aac'].map((mount) => this.#private(mount)).join('\n')}
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>${join(this.#folder, 'log')}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
    ${certificate}
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
  <security><chroot>0</chroot>${owner}</security>
</icecast>
`;
  }

  #private(mount: string): string {
    const options = [
      `<option name="filename" value="${join(this.#folder, 'listeners')}"/>`,
      '<option name="allow_duplicate_users" value="1"/>',
    ].join('');
    const login = `<authentication type="htpasswd">${options}</authentication>`;
    return `<mount type="normal"><mount-name>${mount}</mount-name>${login}</mount>`;
  }
}

/** A listener that knows nothing of titles: collects the bytes of a mount as they come. */
export class PlainListener {
  readonly #pieces: Buffer[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #request;
  #ended = false;

  constructor(url: string) {
    this.#request = request(url, { agent: false }, (response) => {
      response.on('data', (piece: Buffer) => {
        this.#pieces.push(piece);
        this.#wake();
      });
      response.on('end', () => this.#end());
      response.on('error', () => this.#end());
    });
    this.#request.on('error', () => this.#end());
    this.#request.end();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Resolves once something is true of what has come; rejects when the stream ends before. */
  async until(condition: (bytes: Buffer) => boolean): Promise<void> {
    while (!condition(this.bytes)) {
      if (this.#ended) throw new Error('The stream ended before what was waited for.');
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  close(): void {
    this.#request.destroy();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Status that an address answers with; undefined when nobody answers. */
function status(url: string, login?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, ...(login === undefined ? {} : { auth: login }) }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    asked.on('error', () => resolve(undefined));
    asked.setTimeout(ANSWER_MS, () => asked.destroy());
    asked.end();
  });
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not true within ${READY_MS / 1000} s: ${what}.`);
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}
