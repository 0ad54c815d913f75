import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server on loopback that keeps what it gets. */
export class MailServer {
  readonly mails: string[] = [];
  /** Answers to the next mails, such as 450; then all are taken. */
  readonly answers: number[] = [];
  readonly #server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const answer = this.answers.shift();
        if (answer === undefined) this.mails.push(Buffer.concat(pieces).toString());
        done(answer === undefined ? null : Object.assign(new Error('Not now'), { responseCode: answer }));
      });
    },
  });

  static async start(): Promise<MailServer> {
    const made = new MailServer();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server.server, 'listening');
    return made;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
