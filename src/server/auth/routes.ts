import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clientNetwork } from '../../shared/clientNetwork.ts';
import { htmlPage } from '../answers.ts';
import type { ServerContext } from '../context.ts';
import { naiveTime } from '../naiveTime.ts';
import { loginPage } from '../page/loginPage.ts';
import { accountOf, csrfProblem, SESSION_COOKIE } from './gate.ts';
import { randomId } from './secrets.ts';

const loginSchema = z.object({
  csrf_token: z.string().optional(),
  email: z.string().default(''),
  password: z.string().default(''),
});

/** Log-in in the browser, and what programs without a token need for it. */
export function addAuthRoutes(app: FastifyInstance, context: ServerContext): void {
  const { auth, config } = context;
  const slowly = app.createRateLimit({
    max: config.loginsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => `login ${clientNetwork(ip)}`,
  });

  app.get('/login', { config: { access: 'open' } }, async (request, reply) => {
    if (request.account) return reply.redirect('/', 302);
    return loginPage(reply, auth.csrfFor(cookieOf(request, reply)));
  });

  app.post('/login', { config: { access: 'open' } }, async (request, reply) => {
    const limit = await slowly(request);
    if (!limit.isAllowed && limit.isExceeded) return tooMany(reply);
    const form = loginSchema.safeParse(request.body);
    if (!form.success) return htmlPage(reply, 400, 'Bad Request', 'Send the form of this page.');
    const problem = csrfProblem(context, request, form.data.csrf_token ?? headerToken(request));
    if (problem !== undefined) return htmlPage(reply, 400, 'Bad Request', problem);
    const cookie = await auth.login(form.data.email, form.data.password);
    if (cookie === undefined) {
      const csrf = auth.csrfFor(cookieOf(request, reply));
      return loginPage(reply, csrf, 'Nobody has this address and password. Check both, and try again.');
    }
    setCookie(request, reply, cookie);
    return reply.redirect('/', 302);
  });

  app.post('/logout', async (request, reply) => {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie !== undefined) await auth.logout(cookie);
    return reply.clearCookie(SESSION_COOKIE, { path: '/' }).redirect('/login', 302);
  });

  app.get('/api/csrf-token', { config: { access: 'open' } }, async (request, reply) =>
    reply.send({ csrf_token: auth.csrfFor(cookieOf(request, reply)) }),
  );

  app.get('/api/v1/users/me', async (request) => {
    const { id, email, role, createdAt } = accountOf(request);
    return { id, email, username: email, role, is_admin: role === 'admin', created_at: naiveTime(createdAt) };
  });
}

const headerToken = (request: FastifyRequest): string | undefined => {
  const header = request.headers['x-csrftoken'];
  return typeof header === 'string' ? header : undefined;
};

/** The request's cookie, or a new one that the answer brings: a CSRF token belongs to one. */
export function cookieOf(request: FastifyRequest, reply: FastifyReply): string {
  const known = request.cookies[SESSION_COOKIE];
  if (known !== undefined && known.length <= 128) return known;
  const made = randomId();
  setCookie(request, reply, made);
  return made;
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  reply.setCookie(SESSION_COOKIE, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.protocol === 'https',
  });
}

export const tooMany = (reply: FastifyReply): FastifyReply =>
  htmlPage(reply, 429, 'Too Many Requests', 'There were too many requests from your address. Try again later.');
