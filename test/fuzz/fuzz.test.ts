import { expect, test } from 'vitest';
import { type Corpus, makeCorpus } from './corpus.ts';
import { runTarget } from './runTarget.ts';
import { makeTargets, type Target } from './targets.ts';

const corpus: Corpus = await makeCorpus();
const targets = makeTargets(corpus);

/** The parser must be seen to fail by the same means. */
const broken: Target = {
  name: 'broken',
  corpus: corpus.wav,
  read: (input) => {
    if (input[0] === 0xff) throw new TypeError('not read');
  },
};

test.each(targets)('$name reads 1,000 damaged inputs without a fault', async (target) => {
  const { failure, inputs } = await runTarget(target, { seed: 7, inputs: 1000, timeBoxMs: 30_000 });
  expect(failure?.reason).toBeUndefined();
  expect(inputs).toBeGreaterThan(0);
});

test('a fault is found, and made again by its seed', async () => {
  const { failure } = await runTarget(broken, { seed: 1, inputs: 100_000, timeBoxMs: 30_000 });
  expect(failure?.reason).toContain('not read');
  const again = await runTarget(broken, { seed: 1 + (failure?.index ?? 0), inputs: 1, timeBoxMs: 30_000 });
  expect(again.failure?.input).toEqual(failure?.input);
});
