import type { IniEntry, IniFile, IniSection } from './ini.ts';

/** The section that holds what all sources inherit. */
export const GENERAL = 'general';

/** Something about an ISR configuration that a person should know. */
export interface IsrProblem {
  /**
   * `error`: the file is wrong and a person must correct it. `unsupported`: it is right, but this source cannot be
   * recorded here. `note`: it is taken differently than it may look.
   */
  readonly kind: 'error' | 'unsupported' | 'note';
  /** From 1. */
  readonly line: number;
  readonly section?: string;
  readonly key?: string;
  /** A sentence that says what to do. */
  readonly message: string;
}

/** A value as it holds for one source, with the place that it comes from. */
export interface IsrValue {
  readonly key: string;
  readonly value: string;
  /** Absent for ISR's own default. */
  readonly line?: number;
  /** The source says so itself; it is not inherited. */
  readonly own: boolean;
}

type Scope = Pick<IniSection, 'name' | 'entries'>;

/** Reads the values of one source: its own, else those of DEFAULT, else those of [general], else ISR's defaults. */
export class IsrValues {
  readonly section: string;
  readonly line: number;
  /** Every value that was asked for, in that order. */
  readonly asked = new Map<string, IsrValue>();
  readonly #scopes: readonly Scope[];
  readonly #own: ReadonlyMap<string, IniEntry>;
  readonly #problems: IsrProblem[];

  constructor(file: IniFile, section: Pick<IniSection, 'name' | 'line' | 'entries'>, problems: IsrProblem[]) {
    this.section = section.name;
    this.line = section.line;
    this.#own = section.entries;
    const general = generalOf(file);
    this.#scopes = [section, { name: 'DEFAULT', entries: file.defaults }, ...(general ? [general] : [])];
    this.#problems = problems;
  }

  /** Undefined when nobody sets it. */
  entry(key: string): IniEntry | undefined {
    return this.#scopeOf(key)?.entries.get(key);
  }

  /** The value; an empty one is one. */
  text(key: string, fallback: string): string {
    const entry = this.entry(key);
    const value = entry?.value ?? fallback;
    this.asked.set(key, { key, value, own: this.#own.has(key), ...(entry ? { line: entry.line } : {}) });
    if (value.includes('\n')) {
      this.tell('error', key, `goes on in the lines below, because they are indented. Write it in one line.`);
      return value.split('\n', 1).join('');
    }
    return value;
  }

  /** A whole number from `min` to `max`, inclusive; the fallback when it is something else, which is told. */
  whole(key: string, fallback: number, min: number, max: number): number {
    const text = this.text(key, String(fallback));
    const value = /^\+?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.tell('error', key, `is ${quoted(text)}. Enter a whole number from ${min} to ${max}.${commentHint(text)}`);
    return fallback;
  }

  /** A number from `min` to `max`, inclusive; the fallback when it is something else, which is told. */
  number(key: string, fallback: number, min: number, max: number): number {
    const text = this.text(key, String(fallback));
    const value = /^\+?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.tell('error', key, `is ${quoted(text)}. Enter a number from ${min} to ${max}.${commentHint(text)}`);
    return fallback;
  }

  /** One of some words, in any letter case; the fallback when it is something else, which is told. */
  choice<Word extends string>(key: string, fallback: Word, words: readonly Word[]): Word {
    const text = this.text(key, fallback);
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    this.tell('error', key, `is ${quoted(text)}. Enter one of: ${words.join(', ')}.${commentHint(text)}`);
    return fallback;
  }

  tell(kind: IsrProblem['kind'], key: string, message: string): void {
    const line = this.entry(key)?.line ?? this.line;
    const known = this.#problems.some((problem) => problem.line === line && problem.key === key);
    // What is wrong in [general] is wrong for every source, and said once.
    if (kind === 'error' && known) return;
    const section = this.#scopeOf(key)?.name ?? this.section;
    this.#problems.push({ kind, line, section, key, message: `${key} ${message}` });
  }

  /** The source's own keys that were not asked for. */
  unused(): readonly IniEntry[] {
    return [...this.#own.values()].filter(({ key }) => !this.asked.has(key));
  }

  /** Whose value holds. */
  #scopeOf(key: string): Scope | undefined {
    return this.#scopes.find(({ entries }) => entries.has(key));
  }
}

/** [general]; letter case does not matter. */
export function generalOf(file: IniFile): IniSection | undefined {
  return file.sections.find(isGeneral);
}

export function isGeneral(section: IniSection): boolean {
  return section.name.trim().toLowerCase() === GENERAL;
}

export function quoted(text: string): string {
  return text === '' ? 'empty' : `"${text.length > 80 ? `${text.slice(0, 80)}...` : text}"`;
}

/** As configparser has it, what follows a value is a part of it. */
function commentHint(text: string): string {
  return /\s[;#]/.test(text) ? ' A comment needs a line of its own.' : '';
}
