import { readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { hookFileSchema, type HookScript } from '../../../shared/domain/hooks.ts';
import { errnoOf } from '../../../shared/errors.ts';

/** The script of `hooks.json`, read again when the file has changed. */
export class HookFile {
  readonly #path: string;
  readonly #onProblem: (sentence: string) => void;
  #seen = '';
  #script: HookScript | undefined;

  constructor(path: string, onProblem: (sentence: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  script(): HookScript | undefined {
    const seen = this.#look();
    if (seen === this.#seen) return this.#script;
    this.#seen = seen;
    this.#script = undefined;
    if (seen === '') return undefined;
    try {
      this.#script = this.#read();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#onProblem(`The script of ${this.#path} is not run: ${why}`);
    }
    return this.#script;
  }

  /** What changes with the file; empty when there is none. */
  #look(): string {
    try {
      const { mtimeMs, size, ino, mode, uid } = statSync(this.#path);
      return [mtimeMs, size, ino, mode, uid].join(' ');
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? '' : String(errnoOf(error));
    }
  }

  #read(): HookScript | undefined {
    const own = process.getuid?.();
    if (own !== undefined) {
      const { mode, uid } = statSync(this.#path);
      if ((mode & 0o022) !== 0) throw new Error(`others can write to it. Run: chmod 600 ${this.#path}`);
      if (uid !== own && uid !== 0) throw new Error('it belongs to somebody else.');
    }
    const parsed = hookFileSchema.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new Error(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
    }
    const { script } = parsed.data;
    if (script && !isAbsolute(script.program)) throw new Error('program takes a whole path, from its root on.');
    return script;
  }
}
