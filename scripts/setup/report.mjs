import { SetupProblem, sentenceOf } from './problem.mjs';

/**
 * What the reporter writes to and measures with.
 * @typedef {object} ReportEdges
 * @property {(text: string) => void} write
 * @property {boolean} isTty a terminal gets one line that is rewritten; a log gets few lines
 * @property {number} columns width of the terminal, in characters
 * @property {() => number} now in ms
 * @property {(run: () => void, everyMs: number) => () => void} repeat returns its own stop
 */

/**
 * How a step ended: a sentence for its line, and whether it deserves a look.
 * @typedef {string | { note: string }} StepOutcome
 */

/**
 * Tells what a running step is doing now.
 * @typedef {(text: string) => void} Progress
 */

/** A step shows progress once it has taken this long. */
const QUIET_MS = 1000;
/** A log gets at most one line of progress in this time. */
const LOG_INTERVAL_MS = 5000;
/** And one that says nothing new only in this time. */
const LOG_SAME_MS = 15_000;
const CLEAR_LINE = '\r\x1b[K';
const INDENT = '        ';

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {ReportEdges}
 */
export function edgesOf(stream) {
  return {
    write: (text) => void stream.write(text),
    isTty: stream.isTTY === true && process.env['TERM'] !== 'dumb',
    columns: stream.columns ?? 80,
    now: () => performance.now(),
    repeat: (run, everyMs) => {
      const timer = setInterval(run, everyMs);
      return () => clearInterval(timer);
    },
  };
}

/**
 * Keeps quiet until there is something to tell: a step that takes its time, or one that did not go well.
 * @param {ReportEdges} edges
 * @returns {ReportEdges}
 */
export function patient(edges) {
  /** @type {string | undefined} */
  let held = '';
  return {
    ...edges,
    write: (text) => {
      if (held === undefined) {
        edges.write(text);
        return;
      }
      held += text;
      if (!/^  (\.\.\.|note|FAILED)/.test(text.replaceAll(CLEAR_LINE, ''))) return;
      edges.write(held);
      held = undefined;
    },
  };
}

/**
 * A duration as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
 * @param {number} ms
 * @returns {string}
 */
export function spell(ms) {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/**
 * Prints one line per step: `ok`, `note` (went on without something) or `FAILED`.
 */
export class Reporter {
  /** @param {ReportEdges} edges */
  constructor(edges) {
    this.edges = edges;
    /** @type {string[]} */
    this.notes = [];
  }

  /** @param {string} text */
  line(text) {
    this.edges.write(`${text}\n`);
  }

  /**
   * Runs a step and prints how it ended.
   * @template T
   * @param {string} title
   * @param {(progress: Progress) => Promise<{ outcome: StepOutcome, value: T }>} work
   * @returns {Promise<T>} the step's value
   * @throws whatever the step threw, after its line has been printed
   */
  async step(title, work) {
    const { edges } = this;
    const startedAt = edges.now();
    let doing = '';
    let loggedAt = -Infinity;
    let logged = '';
    const tick = () => {
      const now = edges.now();
      const elapsed = now - startedAt;
      if (elapsed < QUIET_MS) return;
      const text = doing === '' ? title : `${title}: ${doing}`;
      if (edges.isTty) {
        const shown = `  ...   ${text} (${spell(elapsed)})`;
        edges.write(`${CLEAR_LINE}${shown.slice(0, Math.max(20, edges.columns - 1))}`);
      } else if (now - loggedAt >= (text === logged ? LOG_SAME_MS : LOG_INTERVAL_MS)) {
        loggedAt = now;
        logged = text;
        this.line(`  ...   ${text} (${spell(elapsed)})`);
      }
    };
    const stop = edges.repeat(tick, edges.isTty ? 250 : QUIET_MS);
    const clear = () => {
      stop();
      if (edges.isTty) edges.write(CLEAR_LINE);
    };
    try {
      const { outcome, value } = await work((text) => {
        doing = text;
      });
      clear();
      const elapsed = edges.now() - startedAt;
      const time = elapsed < QUIET_MS ? '' : ` (${spell(elapsed)})`;
      if (typeof outcome === 'string') {
        this.line(`  ok    ${title}: ${outcome}${time}`);
      } else {
        this.notes.push(outcome.note);
        this.line(`  note  ${title}: ${indented(outcome.note)}${time}`);
      }
      return value;
    } catch (error) {
      clear();
      this.failed(title, error);
      throw error;
    }
  }

  /**
   * @param {string} title
   * @param {unknown} error
   */
  failed(title, error) {
    const told = error instanceof SetupProblem ? error.tell(INDENT) : indented(sentenceOf(error));
    this.line(`  FAILED  ${title}: ${told}`);
  }
}

/** @param {string} text */
function indented(text) {
  return text.trimEnd().replaceAll('\n', `\n${INDENT}`);
}
