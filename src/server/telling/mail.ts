import { createTransport } from 'nodemailer';
import { NotTakenError } from './problem.ts';

/** A server that says nothing for so long is not there, ms. */
const TIMEOUT_MS = 20_000;

export interface MailTarget {
  /** smtp:// or smtps://, with user and password where the server wants them. */
  readonly url: string;
  readonly from: string;
}

/** What a message of the kind `email` holds. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Rejects with {@link NotTakenError} until the mail server has taken it. `id` keeps a repeat from being a second mail. */
export async function sendMail({ url, from }: MailTarget, mail: Mail, id: string): Promise<void> {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    await transport.sendMail({
      ...mail,
      from,
      messageId: `<${id}@longtake>`,
      // What a program sends is answered by no program.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw toProblem(error);
  } finally {
    transport.close();
  }
}

function toProblem(error: unknown): NotTakenError {
  const { responseCode, code } = error as { readonly responseCode?: unknown; readonly code?: unknown };
  if (typeof responseCode === 'number') {
    // 5xx is for good (RFC 5321 4.2.1), but not where a person may mend the log-in.
    const isFinal = responseCode >= 500 && code !== 'EAUTH';
    return new NotTakenError(`The mail server answered ${responseCode}.`, { isFinal, cause: error });
  }
  const name = typeof code === 'string' ? code : error instanceof Error ? error.name : String(error);
  return new NotTakenError(`The mail server could not be reached (${name}).`, { cause: error });
}
