import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clientNetwork } from '../../shared/clientNetwork.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { LOGIN_STYLE, loginPage } from './loginPage.ts';
import type { WebAccess } from './webAccess.ts';

export const SESSION_COOKIE = 'longtake_session';

/** Passwords from one address in a minute. */
const TRIES = 10;
const MINUTE_MS = 60_000;
/** Passwords that are checked at a time, for each takes 32 MB, and those that wait for it. */
const MOST_CHECKS = 2;
const MOST_WAITING = 20;
const LOGIN_POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const formSchema = z.object({ password: z.string() });

interface LoginParts {
  readonly access: WebAccess;
  readonly log: Log;
}

/** The way in, and the way out. */
export function addLoginRoutes(app: FastifyInstance, { access, log }: LoginParts): void {
  const keyGenerator = ({ ip }: FastifyRequest): string => clientNetwork(ip);
  const slowly = app.createRateLimit({ max: TRIES, timeWindow: MINUTE_MS, keyGenerator });
  const turn = new Turns();

  app.get('/login', async (request, reply) => {
    if (access.isSession(request.cookies[SESSION_COOKIE])) return reply.redirect('/', 303);
    return showLogin(reply, 200);
  });
  app.get('/login.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(LOGIN_STYLE));

  app.post('/login', async (request, reply) => {
    const limit = await slowly(request);
    if (!limit.isAllowed && limit.isExceeded) {
      log.warn('Too many passwords were tried.', { from: request.ip });
      reply.header('retry-after', '60');
      return showLogin(reply, 429, 'Too many passwords were tried from your address. Wait a minute, then try again.');
    }
    const form = formSchema.safeParse(request.body);
    if (!form.success) throw new LongtakeError('INVALID_INPUT', 'Send the form of this page.');
    const cookie = await turn.take(() => access.login(form.data.password));
    if (cookie === undefined) {
      log.warn('A wrong password was entered.', { from: request.ip });
      return showLogin(reply, 401, 'This is not the password. Try again.');
    }
    log.info('Somebody logged in.', { from: request.ip });
    reply.setCookie(SESSION_COOKIE, cookie, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: 30 * 24 * 3600,
    });
    return reply.redirect('/', 303);
  });

  /** With `everywhere`, every log-in of everybody ends. */
  app.post<{ Querystring: { everywhere?: string } }>('/logout', async (request, reply) => {
    const cookie = request.cookies[SESSION_COOKIE];
    if (request.headers.origin === undefined || cookie === undefined || !access.isSession(cookie)) {
      throw new LongtakeError('UNAUTHORIZED', 'Nobody is logged in.');
    }
    if (request.query.everywhere === undefined) await access.endSession(cookie);
    else await access.endAll();
    return reply.clearCookie(SESSION_COOKIE, { path: '/' }).code(204).send();
  });
}

function showLogin(reply: FastifyReply, status: number, problem?: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-security-policy', LOGIN_POLICY)
    .send(loginPage(problem));
}

/** Costly work, a little of it at a time; who comes when too many wait is refused. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  async take<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#busy >= MOST_CHECKS) {
      if (this.#waiting.length >= MOST_WAITING) {
        throw new LongtakeError('TOO_MANY_REQUESTS', 'Too many passwords are tried at this moment. Try again later.');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#waiting.shift()?.();
    }
  }
}
