import type { Command } from 'commander';
import { type Drill, drillFaultKinds, drillFaultKindSchema } from '../../shared/contract/drill.ts';
import type { EventPayload } from '../../shared/contract/events.ts';
import { chooseSources } from '../chosen.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { EXIT, type ExitCode, Failure } from '../exit.ts';

const HELP = `
Records the chosen sources a second time, into a folder of the drill's own, and makes everything go wrong there: what is
recorded every day is left alone. Without a source, a test signal and a station of its own. Takes some minutes.
Exit codes: ${EXIT.done} the ledger tells every loss; ${EXIT.problems} it does not; ${EXIT.failed} the drill could not be held.`;

interface Flags {
  readonly fault?: readonly string[];
  readonly keep?: boolean;
}

/** Adds `longtake drill`. */
export function addDrillCommand(program: Command, mount: Mount): void {
  program
    .command('drill')
    .description('A failure drill: unplug, stream loss, full disk, kill and clock change, and what each costs.')
    .argument('[source...]', 'sources of the profile')
    .option('--fault <name...>', `only these: ${drillFaultKinds.map((kind) => `"${kind}"`).join(', ')}`)
    .option('--keep', 'keep what the drill recorded, and say where')
    .addHelpText('after', HELP)
    .action((names: string[], flags: Flags, command: Command) =>
      withStudio(command, mount, (work) => hold(work, names, flags)),
    );
}

async function hold(work: Work, names: readonly string[], { fault, keep }: Flags): Promise<ExitCode> {
  const { access, terminal, onInterrupt } = work;
  const faults = fault?.map((name) => {
    const kind = drillFaultKindSchema.safeParse(name);
    if (kind.success) return kind.data;
    throw new Failure(EXIT.usage, `There is no fault "${name}": use ${drillFaultKinds.join(', ')}.`);
  });
  const sourceIds = names.length === 0 ? [] : chooseSources(await access.request('sources.list', {}), names, false);
  const heard = new Map<string, Drill>();
  let look: () => void = () => undefined;
  const unsubscribe = access.onEvent((name, payload) => {
    if (name !== 'drill.changed') return;
    const drill = payload as EventPayload<'drill.changed'>;
    heard.set(drill.id, drill);
    look();
  });
  try {
    const order = { sourceIds: [...sourceIds], ...(faults ? { faults } : {}), ...(keep === true ? { keep } : {}) };
    const started = await access.request('drill.start', order);
    onInterrupt(() => void access.request('drill.cancel', {}).catch(() => undefined));
    const ended = await new Promise<Drill>((fulfil) => {
      look = () => {
        const drill = heard.get(started.id);
        if (!drill) return;
        if (drill.state === 'working') terminal.progress(drill.step, drill.fraction);
        else fulfil(drill);
      };
      look();
    });
    return tell(work, ended);
  } finally {
    unsubscribe();
  }
}

function tell({ terminal }: Work, drill: Drill): ExitCode {
  terminal.object({ type: 'drill', ...drill });
  if (drill.state === 'cancelled') {
    terminal.tell('The drill was cancelled; nothing of it was kept.');
    return EXIT.interrupted;
  }
  if (drill.state !== 'done' || !drill.report) {
    throw new Failure(EXIT.failed, drill.message ?? 'The drill could not be held.');
  }
  terminal.line(drill.report.text);
  if (drill.folder !== undefined) terminal.line(`Kept in ${drill.folder}`);
  return drill.report.passed ? EXIT.done : EXIT.problems;
}
