import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Agent } from 'undici';
import { keptPort } from './ports.ts';

const run = promisify(execFile);
const README = resolve(import.meta.dirname, '../../README.md');
export const HOST = 'audio.example.org';

export type WebServerKind = 'nginx' | 'caddy' | 'apache';

interface Files {
  readonly folder: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
}

interface Recipe {
  /** Absolute, as Debian's package has it. */
  readonly program: string;
  /** Of its part in the README. */
  readonly language: string;
  /** The program's arguments for this configuration; writes what they name. */
  readonly prepare: (block: string, files: Files) => Promise<readonly string[]>;
}

/** What the README says, with the addresses and files of a test in place of those of a person. */
function adapted(block: string, { certificate, key }: Files): string {
  return block.replace(/\/etc\/ssl\/certs\/[\w.]+/, certificate).replace(/\/etc\/ssl\/private\/[\w.]+/, key);
}

const recipes: Readonly<Record<WebServerKind, Recipe>> = {
  nginx: {
    program: '/usr/sbin/nginx',
    language: 'nginx',
    prepare: async (block, files) => {
      const { folder, port } = files;
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      const site = adapted(block, files).replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
      const global = `daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\n`;
      const path = join(folder, 'nginx.conf');
      await writeFile(path, `${global}http {\naccess_log off;\n${temporary.join('\n')}\n${site}\n}\n`);
      return ['-c', path, '-e', 'stderr'];
    },
  },
  caddy: {
    program: '/usr/bin/caddy',
    language: 'caddyfile',
    prepare: async (block, files) => {
      const { folder, port, certificate, key } = files;
      // A person's Caddy gets its certificate by itself.
      const site = block.replace(`${HOST} {`, `https://${HOST}:${port} {\nbind 127.0.0.1\ntls ${certificate} ${key}`);
      const path = join(folder, 'Caddyfile');
      await writeFile(path, `{\nadmin off\nauto_https disable_redirects\n}\n${site}\n`);
      return ['run', '--config', path, '--adapter', 'caddyfile'];
    },
  },
  apache: {
    program: '/usr/sbin/apache2',
    language: 'apache',
    prepare: async (block, files) => {
      const { folder, port } = files;
      const modules = [
        'mpm_event',
        'authz_core',
        'reqtimeout',
        'headers',
        'ssl',
        'socache_shmcb',
        'proxy',
        'proxy_http',
      ];
      const loaded = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
      const site = adapted(block, files).replace('*:443', `127.0.0.1:${port}`);
      const path = join(folder, 'apache2.conf');
      const own = [`ServerRoot ${folder}`, `PidFile ${folder}/apache.pid`, `Listen 127.0.0.1:${port}`];
      const user = ['User www-data', 'Group www-data', `ErrorLog ${folder}/error.log`, `Mutex file:${folder} default`];
      await writeFile(path, [...own, ...loaded, ...user, `ServerName ${HOST}`, site, ''].join('\n'));
      return ['-f', path, '-DFOREGROUND'];
    },
  },
};

export const isInstalled = (kind: WebServerKind): boolean => existsSync(recipes[kind].program);

/** A web server with the settings of the README, over TLS on loopback, in front of a session server. */
export class WebServer {
  /** For requests to `https://audio.example.org:<port>`, which it answers. */
  readonly agent: Agent;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number, ca: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = `https://${HOST}:${port}`;
    this.agent = new Agent({
      connect: {
        ca,
        lookup: (_name, options, done) => {
          if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
          else done(null, '127.0.0.1', 4);
        },
      },
    });
  }

  /** `serverUrl`: `http://127.0.0.1:<port>` of the session server. */
  static async start(kind: WebServerKind, serverUrl: string): Promise<WebServer> {
    const { program, language, prepare } = recipes[kind];
    const folder = await mkdtemp(join(tmpdir(), `longtake-${kind}-`));
    await mkdir(join(folder, 'home'));
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const names = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
    await run('openssl', ['req', ...made, ...names]);
    const port = await keptPort();
    const block = (await readmeBlock(language)).replaceAll('127.0.0.1:8484', new URL(serverUrl).host);
    const args = await prepare(block, { folder, port, certificate, key });
    const env = { ...process.env, HOME: join(folder, 'home'), XDG_DATA_HOME: join(folder, 'home') };
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new WebServer(child, folder, port, await readFile(certificate, 'utf8'));
    await server.#listening(port);
    return server;
  }

  async stop(): Promise<void> {
    await this.agent.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listening(port: number): Promise<void> {
    let complaints = '';
    this.#child.stderr?.on('data', (data: Buffer) => {
      complaints = (complaints + data.toString()).slice(-4000);
    });
    while (!(await canConnect(port))) {
      if (this.#child.exitCode !== null) throw new Error(`The web server ended: ${complaints}`);
      await wait(50);
    }
  }
}

async function readmeBlock(language: string): Promise<string> {
  const blocks = [...(await readFile(README, 'utf8')).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const found = blocks.filter(([, name]) => name === language);
  if (found.length !== 1) throw new Error(`The README has ${found.length} blocks of ${language}.`);
  return found[0]?.[2] ?? '';
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve_) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve_(is);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
