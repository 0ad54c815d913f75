import type { Source } from '../shared/contract/requests.ts';
import type { SourceId } from '../shared/units.ts';
import { EXIT, Failure } from './exit.ts';

/** The source that a person means: by its name, its id, or the beginning of either where only one begins so. */
export function chooseSource(sources: readonly Source[], text: string): Source {
  const wanted = fold(text);
  const exact = sources.find(({ config: { id, name } }) => id === wanted || fold(name) === wanted);
  if (exact) return exact;
  const begun = sources.filter(({ config: { id, name } }) => id.startsWith(wanted) || fold(name).startsWith(wanted));
  const [only] = begun;
  if (only && begun.length === 1) return only;
  const names = (begun.length > 1 ? begun : sources).map(({ config }) => `"${config.name}"`).join(', ');
  if (begun.length > 1) throw new Failure(EXIT.usage, `"${text}" may be any of ${names}. Write more of the name.`);
  const known = names === '' ? 'There is none yet: add one with longtake sources add.' : `There are ${names}.`;
  throw new Failure(EXIT.usage, `There is no source "${text}". ${known}`);
}

/** Those that are named; with `all` every one. Throws {@link Failure} when neither says which. */
export function chooseSources(sources: readonly Source[], names: readonly string[], all: boolean): readonly SourceId[] {
  if (all && names.length > 0) throw new Failure(EXIT.usage, 'Name sources, or use --all, and not both.');
  if (!all && names.length === 0) throw new Failure(EXIT.usage, 'Name a source, or use --all.');
  const chosen = all ? sources : names.map((name) => chooseSource(sources, name));
  if (chosen.length === 0) {
    throw new Failure(EXIT.usage, 'There is no source yet. Add one with longtake sources add.');
  }
  return [...new Set(chosen.map(({ config }) => config.id))];
}

function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}
