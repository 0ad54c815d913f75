import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { htmlPage } from '../answers.ts';
import type { ServerContext } from '../context.ts';
import type { StoredUser } from '../database/database.ts';
import type { CsrfVerdict } from './secrets.ts';

/** Who may ask: anybody, or who is logged in. */
export type Access = 'open' | 'user';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined: nobody known. */
    account: StoredUser | undefined;
    /** Known by a token, which no foreign page can make a browser send. */
    hasToken: boolean;
  }
  interface FastifyContextConfig {
    /** `user` unless set. */
    access?: Access;
  }
}

export const SESSION_COOKIE = 'session';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const CSRF_SENTENCES: Readonly<Record<Exclude<CsrfVerdict, 'good'>, string>> = {
  missing: 'The CSRF token is missing.',
  wrong: 'The CSRF token is invalid.',
  expired: 'The CSRF token has expired.',
};

/** Finds out who asks, before anything else looks at the request. */
export function addIdentity(app: FastifyInstance, { auth }: ServerContext): void {
  app.decorateRequest('account', undefined);
  app.decorateRequest('hasToken', false);
  app.addHook('onRequest', async (request) => {
    const byToken = await auth.byHeaders(request.headers);
    request.hasToken = byToken !== undefined;
    request.account = byToken ?? (await auth.byCookie(request.cookies[SESSION_COOKIE]));
  });
}

/**
 * Lets through who is known. As with Speakr there is no 401: a change without a token or a CSRF token is a 400 page,
 * everything else leads to /login.
 */
export function addGate(app: FastifyInstance, context: ServerContext): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 || request.routeOptions.config.access === 'open' || request.hasToken) return undefined;
    if (!SAFE_METHODS.has(request.method)) {
      const header = request.headers['x-csrftoken'] ?? request.headers['x-csrf-token'];
      const problem = csrfProblem(context, request, typeof header === 'string' ? header : undefined);
      if (problem !== undefined) return htmlPage(reply, 400, 'Bad Request', problem);
    }
    if (!request.account) return toLogin(reply);
    return undefined;
  });
}

/** The sentence that says why the request may come from a foreign page; undefined when it does not. */
export function csrfProblem(
  { auth }: ServerContext,
  request: FastifyRequest,
  token: string | undefined,
): string | undefined {
  const verdict = auth.checkCsrf(request.cookies[SESSION_COOKIE], token);
  if (verdict !== 'good') return CSRF_SENTENCES[verdict];
  if (request.protocol !== 'https') return undefined;
  const { referer } = request.headers;
  if (referer === undefined) return 'The referrer header is missing.';
  const isSame = URL.canParse(referer) && new URL(referer).origin === `https://${request.host}`;
  return isSame ? undefined : 'The referrer does not match the host.';
}

export const toLogin = (reply: FastifyReply): FastifyReply => reply.redirect('/login', 302);

/** For routes that only who is known gets to. */
export function accountOf(request: FastifyRequest): StoredUser {
  if (request.account) return request.account;
  throw new Error('A route asked who is there without asking for anybody.');
}
