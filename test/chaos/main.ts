import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { faultKinds } from './faults.ts';
import { runChaos } from './chaos.ts';

/** The folder that this is started in is the project; its programs are built. */
const project = process.cwd();
const built = join(project, 'out', 'test', 'chaos');

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly longest: number;
  readonly only?: string;
}

const { rounds, seed, longest, only } = new Command('npm run chaos --')
  .option('--rounds <n>', 'how many rounds', whole, 10)
  .option('--seed <s>', 'decides what happens; the same seed makes the same trouble', whole, 1)
  .option('--longest <seconds>', 'longest time that one fault lasts', whole, 30)
  .option('--only <kinds>', `in every round these faults: ${faultKinds.join(', ')}`)
  .parse()
  .opts<Options>();

const kinds = only?.split(',').map((name) => {
  const kind = faultKinds.find((one) => one === name.trim());
  if (!kind) throw new InvalidArgumentError(`There is no fault "${name}".`);
  return kind;
});

const report = await runChaos({
  rounds,
  seed,
  severity: { longest: longest * 1000 },
  programs: { product: join(project, 'out', 'main'), host: join(built, 'host.js'), recorder: built },
  keep: resolve(project, 'test-output', 'chaos'),
  tell: (line) => console.log(line),
  onWorld: (world) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void world.stop().finally(() => process.exit(1)));
    }
  },
  ...(kinds ? { kinds: Array.from({ length: rounds }, () => kinds) } : {}),
});
console.log(JSON.stringify(report));
process.exit(report.failures.length === 0 ? 0 : 1);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Enter a whole number.');
  return value;
}
