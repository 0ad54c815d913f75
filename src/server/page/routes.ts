import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { htmlPage } from '../answers.ts';
import { accountOf, SESSION_COOKIE } from '../auth/gate.ts';
import type { ServerContext } from '../context.ts';
import type { StoredUser } from '../database/database.ts';
import type { Recording } from '../model.ts';
import { expiresAt, findRecording } from '../recordings/recordings.ts';
import { baseOf } from '../sessions/routes.ts';
import { waitingOf, waitingOfSession } from '../stitch/waiting.ts';
import pageScript from './assets/page.js?raw';
import pageStyle from './assets/page.css?raw';
import { deadLetters } from './deadLetters.ts';
import { html, type Html } from './html.ts';
import { player } from './player.ts';
import { type ListedRecording, recordingList, recordingPage } from './recordingList.ts';
import { sessionList } from './sessionList.ts';
import { sendPage } from './shell.ts';

const RECORDINGS = 50;
const SESSIONS = 200;
const LETTERS = 50;
const uncounted = { uncounted: true } as const;
const open = { access: 'open', uncounted: true } as const;

/** The pages for people: what is received now, what was received, listening, deleting. */
export function addPageRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get('/', { config: uncounted }, async (request, reply) => {
    const main = html`<h1 class="away">Sessions and recordings</h1>
      <p id="news" role="status"></p>
      <div id="lists">${await lists(context, request)}</div>
      ${player}${question}`;
    return page(context, request, reply, 'Recordings', main);
  });

  app.get('/page/lists', { config: uncounted }, async (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send((await lists(context, request)).text),
  );

  app.get<{ Params: { readonly id: string } }>('/recordings/:id', { config: uncounted }, async (request, reply) => {
    const account = accountOf(request);
    const found = await findRecording(context, request.params.id, account);
    if (found.kind === 'unknown') return htmlPage(reply, 404, 'Not Found', 'There is no such recording.');
    if (found.kind === 'expired') return htmlPage(reply, 410, 'Gone', 'This recording has expired and is deleted.');
    const { recording } = found;
    const main = html`${recordingPage(await listed(context, recording, account))}
      <p id="news" role="status"></p>
      ${question}`;
    return page(context, request, reply, recording.title, main);
  });

  addAssets(app);
}

function addAssets(app: FastifyInstance): void {
  const asset = (name: string, type: string, read: () => string | Promise<string>): void => {
    app.get(`/assets/${name}`, { config: open }, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
        .send(await read()),
    );
  };
  asset('page.css', 'text/css', () => pageStyle);
  asset('page.js', 'text/javascript', () => pageScript);
  let hls: Promise<string> | undefined;
  asset('hls.js', 'text/javascript', () => {
    hls ??= readFile(createRequire(import.meta.url).resolve('hls.js/dist/hls.light.min.js'), 'utf8');
    return hls;
  });
}

function page(
  { auth }: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  title: string,
  main: Html,
): FastifyReply {
  const csrf = auth.csrfFor(request.cookies[SESSION_COOKIE] ?? '');
  return sendPage(reply, { title, csrf, email: accountOf(request).email, hasScript: true, main });
}

async function lists(context: ServerContext, request: FastifyRequest): Promise<Html> {
  const { config, database, links, now } = context;
  const account = accountOf(request);
  const isAdmin = account.role === 'admin';
  const own = isAdmin ? {} : { userId: account.id };
  const before = beforeOf(request);
  const [sessions, recordings, letters] = await Promise.all([
    database.sessions.list({ ...own, statuses: ['recording', 'finalizing'], limit: SESSIONS }),
    database.recordings.list({ ...own, ...(before === undefined ? {} : { before }), limit: RECORDINGS }),
    isAdmin ? database.deliveries.dead(LETTERS) : [],
  ]);
  const base = baseOf(context, request);
  const live = await Promise.all(
    sessions.map(async (session) => ({
      session,
      owner: isAdmin ? await emailOf(context, session.userId) : undefined,
      link: links.linkTo(session.id, base),
      waiting: await waitingOfSession(context, session),
    })),
  );
  const kept = recordings.filter((recording) => (expiresAt(recording, config) ?? Infinity) > now());
  const rows = await Promise.all(kept.map((recording) => listed(context, recording, account)));
  const older = recordings.length === RECORDINGS ? `/?before=${recordings.at(-1)?.id ?? 0}` : undefined;
  return html`<section id="live">${sessionList(live, now())}</section>
    <section id="recordings">${recordingList(rows, older)}</section>
    <section id="letters">${deadLetters(letters)}</section>`;
}

async function listed(context: ServerContext, recording: Recording, account: StoredUser): Promise<ListedRecording> {
  const owner = account.role === 'admin' ? await emailOf(context, recording.userId) : undefined;
  return {
    recording,
    owner,
    expiresAt: expiresAt(recording, context.config),
    hasGap: await hasGap(context, recording),
    waiting: await waitingOf(context, recording),
  };
}

async function hasGap({ database }: ServerContext, { status, sessionId, incomplete }: Recording): Promise<boolean> {
  if (status !== 'FAILED' || incomplete) return false;
  const session = await database.sessions.get(sessionId);
  return session?.status === 'failed' && session.chunkCount >= session.expectedIndex;
}

const emailOf = async ({ database }: ServerContext, id: number): Promise<string> =>
  (await database.users.byId(id))?.email ?? 'removed user';

function beforeOf({ query }: FastifyRequest): number | undefined {
  const { before } = query as Readonly<Record<string, unknown>>;
  return typeof before === 'string' && /^\d{1,15}$/.test(before) ? Number(before) : undefined;
}

const question = html`<dialog id="question" aria-labelledby="question-title">
  <form method="dialog">
    <h2 id="question-title"></h2>
    <p>Its audio is gone for good.</p>
    <p class="actions">
      <button value="keep">Keep it</button> <button value="delete" class="danger">Delete recording</button>
    </p>
  </form>
</dialog>`;
