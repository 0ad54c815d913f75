import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { buildEntry } from './testing/build-entry.mjs';

const USAGE = `npm run fuzz -- [PARSER ...] [--inputs N] [--minutes M] [--seed S]

Damages valid inputs and lets each parser read them: it must not crash, hang or grow. Without names: all parsers.
  --inputs N   damaged inputs for each parser (1000000)
  --minutes M  time box for each parser (10)
  --seed S     the same seed damages the same way (the time of day)`;

/** A parser that reads nothing for so long hangs. */
const HANG_MS = 30_000;
/** What a reader may hold of an endless stream: the longest frame, page or header, with room. */
const MOST_HELD_BYTES = 16 * 1024 * 1024;
const HEAP_MB = 256;

/**
 * @typedef {object} Result
 * @property {string} parser
 * @property {number} inputs
 * @property {number} bytes
 * @property {number} ms
 * @property {number} slowestMs
 * @property {number} heldBytes
 * @property {string} [failure]
 */

/** @type {Result} */
const NOTHING = { parser: '', inputs: 0, bytes: 0, ms: 0, slowestMs: 0, heldBytes: 0 };

/**
 * @param {string} worker
 * @returns {Promise<string[]>}
 */
async function parserNames(worker) {
  const child = fork(worker, [], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => resolve(message.names));
    child.on('exit', (code) => reject(new Error(`The list of parsers could not be made (exit code ${code}).`)));
  });
}

/**
 * @param {string} worker
 * @param {string} parser
 * @param {{ seed: number, inputs: number, timeBoxMs: number }} options
 * @returns {Promise<Result>}
 */
async function fuzz(worker, parser, { seed, inputs, timeBoxMs }) {
  const args = [parser, `${seed}`, `${inputs}`, `${timeBoxMs}`];
  const execArgv = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`];
  const child = fork(worker, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv });
  let done = 0;
  /** @type {any} */
  let told;
  let hangs = false;
  const onHang = () => {
    hangs = true;
    child.kill('SIGKILL');
  };
  let watch = setTimeout(onHang, HANG_MS);
  child.on('message', (/** @type {any} */ message) => {
    clearTimeout(watch);
    watch = setTimeout(onHang, HANG_MS);
    if (message.type === 'progress') done = message.done;
    else told = message;
  });
  /** @type {number | null} */
  const code = await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(watch);
  if (hangs) return { ...NOTHING, parser, inputs: done, failure: `it hangs between input ${done} and ${done + 1000}` };
  if (!told) return { ...NOTHING, parser, inputs: done, failure: `its process ended with code ${code}` };
  const result = { parser, ...told.outcome };
  if (told.failure) {
    const file = await keep(parser, told.failure.input);
    return { ...result, failure: `input ${told.failure.index} (kept as ${file}): ${told.failure.reason}` };
  }
  const grows = result.heldBytes > MOST_HELD_BYTES;
  return grows ? { ...result, failure: `it holds ${result.heldBytes} bytes of an endless stream` } : result;
}

/**
 * @param {string} parser
 * @param {string} base64
 * @returns {Promise<string>} relative to the project
 */
async function keep(parser, base64) {
  const folder = join('test-output', 'fuzz');
  await mkdir(join(root, folder), { recursive: true });
  const file = join(folder, `${parser}.bin`);
  await writeFile(join(root, file), Buffer.from(base64, 'base64'));
  return file;
}

/**
 * @param {string | undefined} text
 * @param {number} otherwise
 * @param {string} name
 */
function count(text, otherwise, name) {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a number.`);
  return value;
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      inputs: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const options = {
    inputs: count(values.inputs, 1_000_000, 'inputs'),
    timeBoxMs: count(values.minutes, 10, 'minutes') * 60_000,
    seed: Math.floor(count(values.seed, Date.now() % 1_000_000_000, 'seed')),
  };
  await prepare(plans.fuzz);
  const worker = await buildEntry('fuzz', join(root, 'test', 'fuzz', 'worker.ts'));
  const known = await parserNames(worker);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no parser ${unknown.join(', ')}. Choose from ${known.join(', ')}.`);
  const waiting = positionals.length > 0 ? [...positionals] : [...known];
  console.log(`Seed ${options.seed}, ${options.inputs} inputs for each parser.`);
  /** @type {Result[]} */
  const results = [];
  const work = async () => {
    for (let parser = waiting.shift(); parser !== undefined; parser = waiting.shift()) {
      const result = await fuzz(worker, parser, options);
      results.push(result);
      const { inputs, ms, slowestMs, heldBytes, failure } = result;
      const figures = `${inputs} inputs in ${(ms / 1000).toFixed(0)} s, slowest ${slowestMs.toFixed(0)} ms`;
      console.log(`${parser}: ${figures}, holds ${(heldBytes / 1024).toFixed(0)} KiB${failure ? `; ${failure}` : ''}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const failures = results.filter(({ failure }) => failure !== undefined).length;
  console.log(JSON.stringify({ seed: options.seed, parsers: results, failures }));
  return failures === 0 ? 0 : 1;
});
