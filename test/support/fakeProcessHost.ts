import type { ChildHandle, ProcessHost } from '../../src/shared/ports/processHost.ts';

/** A child process that a test plays. */
export class FakeChild implements ChildHandle {
  readonly pid = 1;
  readonly sent: unknown[] = [];
  killed = false;
  readonly #messages = new Set<(message: unknown) => void>();
  readonly #exits = new Set<(exit: { code: number | null }) => void>();

  send(message: unknown): void {
    this.sent.push(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messages.add(listener);
  }

  onExit(listener: (exit: { code: number | null }) => void): void {
    this.#exits.add(listener);
  }

  onOutput(): void {
    // It says nothing.
  }

  kill(): void {
    this.killed = true;
    this.exit(null);
  }

  /** The child says something. */
  say(message: unknown): void {
    for (const listener of this.#messages) listener(message);
  }

  /** The child ends. */
  exit(code: number | null): void {
    for (const listener of this.#exits) listener({ code });
    this.#exits.clear();
  }

  /** Types of what it was sent, in order. */
  get commands(): string[] {
    return this.sent.map((message) =>
      typeof message === 'object' && message !== null && 'type' in message ? String(message.type) : '',
    );
  }
}

export class FakeProcessHost implements ProcessHost {
  readonly children: FakeChild[] = [];

  start(): FakeChild {
    const child = new FakeChild();
    this.children.push(child);
    return child;
  }

  /** The newest. */
  get child(): FakeChild {
    const child = this.children.at(-1);
    if (!child) throw new Error('Nothing was started.');
    return child;
  }
}
