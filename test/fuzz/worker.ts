import { makeCorpus } from './corpus.ts';
import { runTarget } from './runTarget.ts';
import { makeTargets } from './targets.ts';

/** A child that damages the inputs of one target: `worker NAME SEED INPUTS TIME_BOX_MS`. It tells its parent. */
const [name, seed, inputs, timeBoxMs] = process.argv.slice(2);
const targets = makeTargets(await makeCorpus());
if (new Set(targets.map((target) => target.name)).size !== targets.length) throw new Error('Two parsers share a name.');
if (name === undefined) {
  process.send?.({ type: 'names', names: targets.map((target) => target.name) });
} else {
  const target = targets.find((one) => one.name === name);
  if (!target) throw new Error(`There is no parser ${name}.`);
  const { failure, ...outcome } = await runTarget(target, {
    seed: Number(seed),
    inputs: Number(inputs),
    timeBoxMs: Number(timeBoxMs),
    onProgress: (done) => process.send?.({ type: 'progress', done }),
  });
  const told = failure && { ...failure, input: Buffer.from(failure.input).toString('base64') };
  process.send?.({ type: 'outcome', outcome, failure: told });
}
process.disconnect?.();
