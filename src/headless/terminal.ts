/** What is written to. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface TerminalOptions {
  /** What was asked for. */
  readonly out: Stream;
  /** Progress and sentences about what happens. */
  readonly err: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One JSON object a line instead of words. */
  readonly json: boolean;
}

const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
export type Colour = keyof typeof CODES;

/** Between two pictures of the progress, ms. */
const PROGRESS_MS = 100;

/** Says things to a person at a terminal, or to a program that reads along. */
export class Terminal {
  readonly isJson: boolean;
  readonly #options: TerminalOptions;
  #shown = false;
  #shownAt = -Infinity;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.isJson = options.json;
  }

  /** A line for people; nothing where programs read. */
  line(text = ''): void {
    if (this.isJson) return;
    this.clear();
    this.#options.out.write(`${harmless(text)}\n`);
  }

  /** What is asked for as it is, such as a file; nothing where programs read objects. */
  raw(text: string): void {
    if (!this.isJson) this.#options.out.write(text);
  }

  /** An object for programs; nothing where people read. */
  object(value: unknown): void {
    if (this.isJson) this.#options.out.write(`${JSON.stringify(value)}\n`);
  }

  /** What a person should know, whoever reads the answer. */
  tell(sentence: string): void {
    this.clear();
    this.#options.err.write(`${harmless(sentence)}\n`);
  }

  /** How far it is; only at a terminal. `fraction` is 0..1. */
  progress(what: string, fraction?: number): void {
    const { err } = this.#options;
    if (err.isTTY !== true || this.isJson) return;
    const now = performance.now();
    if (now - this.#shownAt < PROGRESS_MS) return;
    this.#shownAt = now;
    this.#shown = true;
    const text = fraction === undefined ? what : `${what} ${Math.floor(fraction * 100)} %`;
    err.write(`\r\x1b[K${harmless(text).slice(0, Math.max(20, (err.columns ?? 80) - 1))}`);
  }

  /** Takes the progress away. */
  clear(): void {
    if (this.#shown) this.#options.err.write('\r\x1b[K');
    this.#shown = false;
  }

  /** Coloured where a person looks at it and has not asked for none (NO_COLOR). */
  paint(colour: Colour, text: string): string {
    const { out, env } = this.#options;
    const { NO_COLOR: none = '', TERM: kind } = env;
    if (out.isTTY !== true || none !== '' || kind === 'dumb') return text;
    return `\x1b[${CODES[colour]}m${text}\x1b[0m`;
  }

  /** Columns under a head; the last one is not padded. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, column) =>
      Math.max(...[head, ...rows].map((row) => widthOf(row[column] ?? title))),
    );
    const text = (row: readonly string[]): string =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
        .join('  ')
        .trimEnd();
    this.line(this.paint('bold', text(head)));
    for (const row of rows) this.line(text(row));
  }
}

/** Names and titles are anybody's: they must not move the cursor, or do worse. Colours and new lines stay. */
function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is taken out
  return text.replaceAll(/\x1b(?!\[\d{1,2}m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/g, '\uFFFD');
}

/** Without what only colours it. */
function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex -- that is what colours are made of
  return [...text.replaceAll(/\x1b\[\d+m/g, '')].length;
}
