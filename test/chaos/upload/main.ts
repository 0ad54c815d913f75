import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { runUploadChaos } from './uploadChaos.ts';

/** The folder that this is started in is the project; its programs are built. */
const project = process.cwd();

const { rounds, seed } = new Command('npm run chaos -- upload')
  .option('--rounds <n>', 'how many rounds', whole, 50)
  .option('--seed <s>', 'decides what happens; the same seed makes the same trouble', whole, 1)
  .parse()
  .opts<{ readonly rounds: number; readonly seed: number }>();

const report = await runUploadChaos({
  rounds,
  seed,
  programs: { host: join(project, 'out', 'test', 'chaos', 'host.js'), product: join(project, 'out', 'main') },
  keep: resolve(project, 'test-output', 'chaos'),
  tell: (line) => console.log(line),
});
console.log(JSON.stringify(report));
process.exit(report.failures.length === 0 ? 0 : 1);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Enter a whole number.');
  return value;
}
