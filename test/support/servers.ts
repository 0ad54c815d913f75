import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { lookup } from 'node:dns';
import { type AddressInfo, connect, type LookupFunction, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Servers on loopback that are closed together, with every socket to them. */
export class Servers {
  readonly #open: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

  /** Answers requests; returns its address, without a slash at the end. */
  async serve(answer: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await this.listen(createServer(answer))}`;
  }

  /** Over TLS, with what {@link makeCertificate} made. */
  async serveTls(pem: { readonly key: string; readonly cert: string }, answer: RequestListener): Promise<string> {
    return `https://localhost:${await this.listen(createTlsServer(pem, answer))}`;
  }

  /** Returns the port. */
  async listen(server: Server): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#open.push({ server, sockets });
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const { server, sockets } of this.#open.splice(0)) {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    }
  }
}

export interface Proxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What it was asked for: `GET http://...` or `CONNECT host:port`. */
  readonly asked: string[];
}

/** A small real proxy: forwards plain requests, tunnels others, and asks for `login` (`user:password`) if there is one. */
export async function startProxy(servers: Servers, login?: string): Promise<Proxy> {
  const asked: string[] = [];
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const allows = (message: IncomingMessage): boolean =>
    wanted === undefined || message.headers['proxy-authorization'] === wanted;
  const server = createServer((message: IncomingMessage, response: ServerResponse) => {
    asked.push(`${message.method} ${message.url}`);
    if (!allows(message)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="x"' }).end();
      return;
    }
    const { 'proxy-authorization': _, ...headers } = message.headers;
    const options = { method: message.method ?? 'GET', headers, agent: false, lookup: lookUp };
    const onward = request(message.url ?? '', options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onward.destroy());
    message.pipe(onward);
  });
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${message.url}`);
    if (!allows(message)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(message.url ?? '') ?? [];
    const onward = connect({ host, port: Number(port), lookup: lookUp }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
  });
  return { url: `http://127.0.0.1:${await servers.listen(server)}`, asked };
}

export type CertificateFault = 'self-signed' | 'expired' | 'not yet valid' | 'wrong name' | 'unknown issuer';

/** Certificates for `localhost`, each signed by `authority` but the one that signs itself. */
export interface Certificates {
  /** The authority's certificate, PEM, for those who shall trust it. */
  readonly authority: string;
  readonly made: ReadonlyMap<CertificateFault | 'good', { readonly key: string; readonly cert: string }>;
}

/** Makes certificates with openssl in a folder that is gone afterwards. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-certificates-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...parameters: readonly string[]) => run('openssl', [...parameters], { cwd: folder });
  const authority = async (name: string): Promise<void> => {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`, ...files);
    await writeFile(file(`${name}.index`), '');
    await writeFile(file(`${name}.serial`), '01\n');
    const section = `dir = .\ndatabase = ${name}.index\nserial = ${name}.serial\nnew_certs_dir = .\ndefault_md = sha256\npolicy = any\nunique_subject = no\ncopy_extensions = copy\n`;
    await writeFile(file(`${name}.cnf`), `[ca]\ndefault_ca = own\n[own]\n${section}[any]\ncommonName = supplied\n`);
  };
  const signed = async (name: string, by: string, host: string, from: string, to: string): Promise<void> => {
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, ...subject);
    const signer = ['-config', `${by}.cnf`, '-cert', `${by}.pem`, '-keyfile', `${by}.key`];
    const time = ['-startdate', from, '-enddate', to];
    await openssl('ca', '-batch', '-notext', ...signer, ...time, '-in', `${name}.csr`, '-out', `${name}.pem`);
  };
  try {
    await Promise.all([authority('authority'), authority('stranger')]);
    const [past, now, future, later] = ['20200101000000Z', '20210101000000Z', '20900101000000Z', '20910101000000Z'];
    await signed('good', 'authority', 'localhost', past, future);
    await signed('expired', 'authority', 'localhost', past, now);
    await signed('not yet valid', 'authority', 'localhost', future, later);
    await signed('wrong name', 'authority', 'radio.example', past, future);
    await signed('unknown issuer', 'stranger', 'localhost', past, future);
    const own = ['-keyout', 'self-signed.key', '-out', 'self-signed.pem', '-addext', 'subjectAltName=DNS:localhost'];
    await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', ...own);
    const names = ['good', 'self-signed', 'expired', 'not yet valid', 'wrong name', 'unknown issuer'] as const;
    const made = await Promise.all(
      names.map(async (name) => {
        const [key, cert] = await Promise.all([
          readFile(file(`${name}.key`), 'utf8'),
          readFile(file(`${name}.pem`), 'utf8'),
        ]);
        return [name, { key, cert }] as const;
      }),
    );
    return { authority: await readFile(file('authority.pem'), 'utf8'), made: new Map(made) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names below `.test` are on this computer, as the proxy sees it; nobody else can look them up. */
const lookUp: LookupFunction = (name, options, tell) => {
  if (!name.endsWith('.test')) lookup(name, options, tell);
  else if (options.all === true) tell(null, [{ address: '127.0.0.1', family: 4 }]);
  else tell(null, '127.0.0.1', 4);
};
