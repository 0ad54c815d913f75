import { main } from './setup/main.mjs';
import { sentenceOf } from './setup/problem.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { Interrupted } from './setup/run.mjs';
import { runChecks } from './testing/checks.mjs';
import { groupsOf, runGroup, suites } from './testing/suites.mjs';
import { lastLine, sum, summary } from './testing/tally.mjs';

/** @typedef {import('./testing/tally.mjs').Tally} Tally */

/** The part that is not a suite: `--project check`. */
const CHECK = 'check';

/**
 * Which parts to run, and what is left for vitest.
 * @param {readonly string[]} argv
 * @returns {{ wanted: ReadonlySet<string>, rest: string[] }}
 * @throws when a part has no such name
 */
function readArguments(argv) {
  const known = [CHECK, ...suites.map(({ name }) => name)];
  /** @type {string[]} */
  const named = [];
  /** @type {string[]} */
  const rest = [];
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    if (argument === '--project') named.push(argv[(at += 1)] ?? '');
    else if (argument.startsWith('--project=')) named.push(argument.slice('--project='.length));
    else rest.push(argument);
  }
  for (const name of named) {
    if (!known.includes(name)) throw new Error(`There is no project ${name}: choose from ${known.join(', ')}.`);
  }
  return { wanted: new Set(named.length > 0 ? named : known), rest };
}

/** The checks while something else has the terminal. */
class ChecksAside {
  /** @type {ReturnType<typeof runChecks>} */
  #running = Promise.resolve([]);
  /** @type {string[] | undefined} what they say, until they have the terminal */
  #said = [];

  begin() {
    this.#running = runChecks((line) => (this.#said ? this.#said.push(line) : console.log(line)));
    // Whoever waits for them gets the error, too, if later.
    this.#running.catch(() => undefined);
  }

  /** Gives them the terminal. */
  results() {
    for (const line of this.#said ?? []) console.log(line);
    this.#said = undefined;
    return this.#running;
  }

  async ended() {
    await Promise.allSettled([this.#running]);
  }
}

/**
 * @param {ReadonlySet<string>} wanted
 * @param {readonly string[]} rest
 * @param {Tally[]} tallies filled as the parts end
 */
async function runAll(wanted, rest, tallies) {
  const chosen = suites.filter(({ name }) => wanted.has(name));
  // The checks need the npm packages alone: they use the processor that a compiler leaves free.
  const checks = new ChecksAside();
  const onPackages = () => (wanted.has(CHECK) ? checks.begin() : undefined);
  try {
    await prepare({ ...plans.test, build: chosen.some(({ needsApp }) => needsApp) }, { onPackages });
  } catch (error) {
    await checks.ended();
    throw error;
  }
  if (wanted.has(CHECK)) {
    console.log('\nChecks');
    const results = await checks.results();
    tallies.push({
      passed: results.filter(({ passed }) => passed).length,
      failures: results.filter(({ passed }) => !passed).map(({ name, hint }) => `check: ${name} (${hint})`),
      skips: [],
    });
  }
  for (const group of groupsOf(chosen)) {
    const results = await runGroup(group, rest);
    tallies.push(...results.map(({ tally }) => tally));
    if (results.some(({ interrupted }) => interrupted)) throw new Interrupted('SIGINT');
  }
}

await main(async () => {
  /** @type {Tally[]} */
  const tallies = [];
  try {
    const { wanted, rest } = readArguments(process.argv.slice(2));
    await runAll(wanted, rest, tallies);
  } catch (error) {
    // The last line is read by programs, so it is there whatever happens.
    tallies.push({ passed: 0, failures: [`the run itself: ${sentenceOf(error)}`], skips: [] });
  }
  const total = sum(tallies);
  for (const line of summary(total)) console.log(line);
  console.log(lastLine(total));
  return total.failures.length === 0 ? 0 : 1;
});
