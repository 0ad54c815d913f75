import type { FastifyReply } from 'fastify';

/** An answer for a program: what is wrong, and what helps it to go on. */
export function refuse(
  reply: FastifyReply,
  status: number,
  error: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  return reply.code(status).send({ error, ...more });
}

/** A small page for a person; Speakr, too, answers this way when it does not know who asks. */
export function htmlPage(reply: FastifyReply, status: number, title: string, sentence: string): FastifyReply {
  const page = `<!doctype html>\n<html lang="en">\n<title>${escapeHtml(title)}</title>\n<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(sentence)}</p>\n</html>\n`;
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

/** s after which a client may try again what a full disk refused. */
const RETRY_SECONDS = '60';

export function refuseFull(reply: FastifyReply): FastifyReply {
  reply.header('retry-after', RETRY_SECONDS);
  return refuse(reply, 503, "The server's disk is full; nothing was lost. Try again later.", { code: 'disk_full' });
}
