import { LongtakeError } from '../../../shared/errors.ts';
import type { Answer, Asked, HttpClient } from './httpClient.ts';
import { isCsrfPage, loginRefused, refusal, wantsLogin } from './refusals.ts';

/** Asks with whatever lets it in. */
export interface Login {
  /** Rejects with UPLOAD_UNAUTHORIZED when the server does not let it in. */
  ask(asked: Asked, signal: AbortSignal): Promise<Answer>;
}

export type Secret = () => Promise<string | undefined>;

/** An API token in every request. */
export class TokenLogin implements Login {
  readonly #client: HttpClient;
  readonly #secret: Secret;

  constructor(client: HttpClient, secret: Secret) {
    this.#client = client;
    this.#secret = secret;
  }

  async ask(asked: Asked, signal: AbortSignal): Promise<Answer> {
    const token = (await this.#secret())?.trim() ?? '';
    if (token === '') {
      throw new LongtakeError('UPLOAD_UNAUTHORIZED', `${this.#client.name} needs a token. Enter one for this target.`);
    }
    // What cannot stand in a header is no token of any server.
    if (!/^[\x21-\x7e]+$/.test(token)) throw loginRefused(this.#client.name);
    const headers = { ...asked.headers, authorization: `Bearer ${token}` };
    const answer = await this.#client.ask({ ...asked, headers }, signal);
    if (wantsLogin(answer)) throw loginRefused(this.#client.name);
    return answer;
  }
}

/** A CSRF token lives for an hour; it is renewed before. */
const CSRF_MS = 50 * 60_000;

/** A login serves all requests: it does not end with the one that began it. */
const OF_NOBODY = new AbortController().signal;

interface Visit {
  readonly cookies: ReadonlyMap<string, string>;
  readonly csrf: string;
  /** Monotonic clock, ms. */
  readonly at: number;
}

/** E-mail and password, as a browser logs in: for servers that give no tokens. */
export class FormLogin implements Login {
  readonly #client: HttpClient;
  readonly #email: string;
  readonly #secret: Secret;
  readonly #monotonic: () => number;
  #visit: Promise<Visit> | undefined;

  constructor(client: HttpClient, email: string, secret: Secret, monotonic: () => number) {
    this.#client = client;
    this.#email = email;
    this.#secret = secret;
    this.#monotonic = monotonic;
  }

  async ask(asked: Asked, signal: AbortSignal): Promise<Answer> {
    for (let isAgain = false; ; isAgain = true) {
      const visit = await this.#enter();
      const answer = await this.#client.ask(
        { ...asked, headers: { ...asked.headers, ...this.#headers(visit) } },
        signal,
      );
      // What leads to the login page was refused before anything was done with it.
      if (!wantsLogin(answer)) return answer;
      this.#visit = undefined;
      if (isAgain) throw loginRefused(this.#client.name);
    }
  }

  #headers({ cookies, csrf }: Visit): Record<string, string> {
    return { cookie: cookieHeader(cookies), 'x-csrftoken': csrf, referer: `${this.#client.base}/` };
  }

  /** One login at a time, used by all requests until the server has forgotten it. */
  async #enter(): Promise<Visit> {
    const known = this.#visit;
    const visit = await known;
    if (visit && this.#monotonic() - visit.at < CSRF_MS) return visit;
    if (this.#visit === known) {
      const entering = visit ? this.#renew(visit) : this.#logIn();
      this.#visit = entering;
      // The next request tries again.
      entering.catch(() => {
        if (this.#visit === entering) this.#visit = undefined;
      });
    }
    return this.#visit ?? this.#logIn();
  }

  async #logIn(): Promise<Visit> {
    const signal = OF_NOBODY;
    const password = await this.#secret();
    const { name } = this.#client;
    if (password === undefined || this.#email === '') {
      throw new LongtakeError(
        'UPLOAD_UNAUTHORIZED',
        `${name} needs an e-mail and a password. Enter them for this target.`,
      );
    }
    const page = await this.#client.ask({ method: 'GET', path: '/login' }, signal);
    const cookies = taken(new Map(), page);
    const formToken = csrfIn(page.text);
    if (page.status !== 200 || formToken === undefined) throw page.status === 200 ? noForm(name) : refusal(page, name);
    const form = new URLSearchParams({ csrf_token: formToken, email: this.#email, password });
    const entered = await this.#client.ask(
      {
        method: 'POST',
        path: '/login',
        headers: {
          cookie: cookieHeader(cookies),
          referer: `${this.#client.base}/login`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: { kind: 'bytes', bytes: new TextEncoder().encode(form.toString()) },
      },
      signal,
    );
    // A wrong password is answered with the page once more; what comes with 400 is about the form, not about who asks.
    if (entered.status === 200) throw loginRefused(name);
    if (isCsrfPage(entered)) throw noForm(name);
    const isIn = entered.status === 302 && !wantsLogin(entered);
    if (!isIn) throw refusal(entered, name);
    return this.#renew({ cookies: taken(cookies, entered), csrf: '', at: 0 });
  }

  async #renew({ cookies }: Visit): Promise<Visit> {
    const signal = OF_NOBODY;
    const headers = { cookie: cookieHeader(cookies) };
    const token = await this.#client.ask({ method: 'GET', path: '/api/csrf-token', headers }, signal);
    const stated = token.json?.['csrf_token'];
    if (typeof stated === 'string' && stated !== '') {
      return { cookies: taken(cookies, token), csrf: stated, at: this.#monotonic() };
    }
    const page = await this.#client.ask({ method: 'GET', path: '/', headers }, signal);
    if (wantsLogin(page)) throw loginRefused(this.#client.name);
    const csrf = csrfIn(page.text);
    if (csrf === undefined) throw noForm(this.#client.name);
    return { cookies: taken(cookies, page), csrf, at: this.#monotonic() };
  }
}

function noForm(name: string): LongtakeError {
  const message = `${name} has no login page that Longtake knows. Check the address, or use a token.`;
  return new LongtakeError('UPLOAD_UNAUTHORIZED', message);
}

function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** The cookies with those that an answer sets. */
function taken(cookies: ReadonlyMap<string, string>, answer: Answer): ReadonlyMap<string, string> {
  const all = new Map(cookies);
  for (const cookie of answer.cookies) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(cookie) ?? [];
    if (name === undefined || value === undefined) continue;
    if (/;\s*max-age=0\b/i.test(cookie)) all.delete(name);
    else all.set(name, value.trim());
  }
  return all;
}

/** The token of the form, or of the page. */
function csrfIn(page: string): string | undefined {
  for (const tag of page.match(/<(?:input|meta)\b[^>]*>/gi) ?? []) {
    if (!/\bname\s*=\s*["']?csrf[_-]token\b/i.test(tag)) continue;
    const value = /\b(?:value|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag);
    const token = value?.[1] ?? value?.[2] ?? value?.[3];
    if (token !== undefined && token !== '') return unescaped(token);
  }
  return undefined;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
