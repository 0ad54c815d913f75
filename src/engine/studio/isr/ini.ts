/**
 * Reads INI files as Python's configparser does with its defaults, because that is what wrote the rules of ISR's
 * files: case-insensitive keys, `=` or `:`, comments on lines of their own, values that go on in indented lines, a
 * DEFAULT section, duplicates refused. Values are taken raw: `%Y` in a pattern is no interpolation.
 *
 * No library: npm's `ini` makes nested sections of dots, takes quotes off, ends values at `;`, keeps the last of two
 * duplicates, and knows no line numbers.
 */

export interface IniEntry {
  /** In lower case. */
  readonly key: string;
  /** Without white space around it; lines are joined by a line feed. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly entries: ReadonlyMap<string, IniEntry>;
}

export interface IniProblem {
  /** From 1. */
  readonly line: number;
  /** A sentence. */
  readonly message: string;
}

export interface IniFile {
  /** Of the section DEFAULT: they hold in every section. */
  readonly defaults: ReadonlyMap<string, IniEntry>;
  /** In the file's order. */
  readonly sections: readonly IniSection[];
  /** Why the file cannot be used; empty when it can. */
  readonly problems: readonly IniProblem[];
}

const DEFAULT_SECTION = 'DEFAULT';
/** A file that is not an INI file at all is wrong in every line. */
const MOST_PROBLEMS = 20;

interface OpenEntry {
  readonly key: string;
  readonly line: number;
  readonly lines: string[];
}

interface OpenSection {
  readonly name: string;
  readonly line: number;
  readonly entries: Map<string, OpenEntry>;
}

export function parseIni(text: string): IniFile {
  const reader = new IniReader();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) reader.read(line, index + 1);
  return reader.finish();
}

class IniReader {
  readonly #defaults: OpenSection = { name: DEFAULT_SECTION, line: 0, entries: new Map() };
  readonly #sections = new Map<string, OpenSection>();
  readonly #problems: IniProblem[] = [];
  #section: OpenSection | undefined;
  #entry: OpenEntry | undefined;
  /** Columns that the last line that was not a continuation was indented by. */
  #indent = 0;

  read(line: string, number: number): void {
    const content = line.trim();
    if (content.startsWith('#') || content.startsWith(';')) return;
    if (content === '') {
      this.#entry?.lines.push('');
      return;
    }
    const indent = line.search(/\S/);
    if (this.#entry && indent > this.#indent) {
      this.#entry.lines.push(content);
      return;
    }
    this.#indent = indent;
    const name = sectionName(content);
    if (name !== undefined) this.#begin(name, number);
    else this.#take(content, number);
  }

  finish(): IniFile {
    return {
      defaults: closed(this.#defaults.entries),
      sections: [...this.#sections.values()].map(({ name, line, entries }) => ({
        name,
        line,
        entries: closed(entries),
      })),
      problems: this.#problems.slice(0, MOST_PROBLEMS),
    };
  }

  #begin(name: string, line: number): void {
    this.#entry = undefined;
    const known = this.#sections.get(name);
    if (known) {
      this.#refuse(
        line,
        `There are two sections [${name}]; the first is in line ${known.line}. Give one another name.`,
      );
    }
    if (name === DEFAULT_SECTION) {
      this.#section = this.#defaults;
      return;
    }
    const section = { name, line, entries: new Map<string, OpenEntry>() };
    this.#section = section;
    // What the second of two holds is read, to find its own mistakes, and thrown away.
    if (!known) this.#sections.set(name, section);
  }

  #take(content: string, line: number): void {
    const end = content.search(/[=:]/);
    const key = content.slice(0, Math.max(0, end)).trimEnd().toLowerCase();
    if (!this.#section) {
      this.#entry = undefined;
      this.#refuse(line, `"${shown(content)}" stands before the first section. Begin with a line such as [general].`);
      return;
    }
    if (end < 0 || key === '') {
      this.#entry = undefined;
      this.#refuse(line, `"${shown(content)}" is no "key = value", no [section] and no comment. Correct or remove it.`);
      return;
    }
    const known = this.#section.entries.get(key);
    if (known) {
      this.#refuse(
        line,
        `[${this.#section.name}] has "${key}" twice; the first is in line ${known.line}. Remove one of them.`,
      );
    }
    this.#entry = { key, line, lines: [content.slice(end + 1).trim()] };
    if (!known) this.#section.entries.set(key, this.#entry);
  }

  #refuse(line: number, message: string): void {
    this.#problems.push({ line, message });
  }
}

/** Up to the last bracket: what follows is not looked at, as configparser does not. */
function sectionName(content: string): string | undefined {
  const end = content.lastIndexOf(']');
  return content.startsWith('[') && end > 1 ? content.slice(1, end) : undefined;
}

function closed(entries: ReadonlyMap<string, OpenEntry>): ReadonlyMap<string, IniEntry> {
  return new Map(
    [...entries].map(([key, { line, lines }]) => [key, { key, line, value: lines.join('\n').trimEnd() }] as const),
  );
}

function shown(content: string): string {
  return content.length > 60 ? `${content.slice(0, 60)}...` : content;
}
