/** Why a value of the environment cannot be used. */
export class SettingProblem extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'SettingProblem';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings from an environment, and collects what is wrong with them instead of stopping at the first. */
export class SettingsReader {
  readonly problems: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** An empty value counts as none, as in files of environments where a line was cleared. */
  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  /** `holdsSecret`: what was entered is not repeated where others read along. */
  read<Value>(name: string, fallback: Value, parse: (text: string) => Value, holdsSecret = false): Value {
    const text = this.text(name);
    if (text === undefined) return fallback;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      this.problems.push(holdsSecret ? `${name}: ${error.message}` : `${name} is "${text}": ${error.message}`);
      return fallback;
    }
  }

  whole(name: string, fallback: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
    return this.read(name, fallback, (text) => wholeNumber(text, min, max));
  }

  flag(name: string, fallback: boolean): boolean {
    return this.read(name, fallback, flagOf);
  }
}

export function wholeNumber(text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
  throw new SettingProblem(`enter a whole number ${bounds}.`);
}

function flagOf(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw new SettingProblem('enter true or false.');
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, '': 1000 };

/** `1h`, `30m`, `120s` or plain seconds, in ms. */
export function lengthOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([hms]?)$/i.exec(text) ?? [];
  const ms = count === undefined ? Number.NaN : Number(count) * (UNIT_MS[unit.toLowerCase()] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new SettingProblem('enter a length such as 1h, 30m, 120s or 120 (seconds).');
}

/** The address of a web server, without a slash at its end. */
export function addressOf(text: string): string {
  if (!URL.canParse(text)) throw new SettingProblem('enter an address that begins with http:// or https://.');
  const { protocol, username, password, search, hash } = new URL(text);
  if (!['http:', 'https:'].includes(protocol)) {
    throw new SettingProblem('enter an address that begins with http:// or https://.');
  }
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw new SettingProblem('enter the address without user, password, question mark or #.');
  }
  return text.replace(/\/+$/, '');
}

/** Folders of a key, such as `recordings` or `audio/done`. */
export function keyFolder(text: string): string {
  const parts = text.split('/').filter((part) => part !== '');
  if (parts.length > 0 && parts.every((part) => /^[\w][\w.-]*$/.test(part))) return parts.join('/');
  throw new SettingProblem('enter a folder name of letters, digits, "-", "_" and "."; it lies in the data folder.');
}

/** Names of media, lower case, in the order given. */
export function mediaTypes(text: string): readonly string[] {
  const types = text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
  const wrong = types.find((type) => !/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/.test(type));
  if (wrong !== undefined) throw new SettingProblem(`"${wrong}" is no media type such as audio/ogg.`);
  if (types.length === 0) throw new SettingProblem('name at least one media type, such as audio/ogg.');
  return [...new Set(types)];
}

export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text.toLowerCase());
    if (found !== undefined) return found;
    throw new SettingProblem(`enter ${words.join(' or ')}.`);
  };
}
