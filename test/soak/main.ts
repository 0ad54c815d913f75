import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { soakRealTime } from './realTime.ts';
import { soakSimulated } from './simulated.ts';

/** The folder that this is started in is the project; its programs are built. */
const project = process.cwd();
const built = join(project, 'out', 'test', 'soak');
/** Half a day before the night in which clocks go back. */
const START = '2026-10-24T12:00:00Z';
const SPLIT_SECONDS = 300;

interface Options {
  readonly hours: number;
  readonly realMinutes: number;
}

const { hours, realMinutes } = new Command('npm run soak --')
  .option('--hours <n>', 'simulated hours; 0 leaves the simulation out', amount, 24)
  .option('--real-minutes <n>', 'minutes of real time; 0 leaves them out', amount, 60)
  .parse()
  .opts<Options>();

const tell = (line: string): void => console.log(line);
const simulated = hours > 0 ? await simulate() : undefined;
const realTime = realMinutes > 0 ? await inRealTime() : undefined;
const failures = [...(simulated?.failures ?? []), ...(realTime?.failures ?? [])];
console.log(JSON.stringify({ simulated, realTime, failures }));
process.exit(failures.length === 0 ? 0 : 1);

async function simulate() {
  tell(`${hours} h of simulated time, with a night of 25 hours`);
  const report = await soakSimulated({ hours, splitSeconds: SPLIT_SECONDS, start: START });
  tell(`  took ${report.realSeconds} s: ${report.recordings} recordings, ${report.failures.length} failures`);
  return report;
}

async function inRealTime() {
  tell(`${realMinutes} min of real time, with four cards and six streams`);
  return soakRealTime({
    minutes: realMinutes,
    product: join(project, 'out', 'main'),
    host: join(built, 'host.js'),
    measure: join(built, 'measure.js'),
    tell: (line) => tell(`  ${line}`),
    onWorld: (world) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => void world.stop().finally(() => process.exit(1)));
      }
    },
  });
}

function amount(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Enter a number.');
  return value;
}
