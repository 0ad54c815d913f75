import type { Command } from 'commander';
import type { EventPayload } from '../../shared/contract/events.ts';
import { type Mount, type Work, withStudio } from '../command.ts';
import { EXIT } from '../exit.ts';
import { count } from '../words.ts';

const HELP = `
The disk is the truth: files that are new come into the library, those that are gone leave it, and what was left
unfinished is mended. Nothing is deleted.`;

/** Adds `longtake rescan`. */
export function addRescanCommand(program: Command, mount: Mount): void {
  program
    .command('rescan')
    .description('Bring the library in line with the recordings folder.')
    .addHelpText('after', HELP)
    .action((_: unknown, command: Command) =>
      withStudio(command, mount, async (work) => {
        await rescan(work);
        return EXIT.done;
      }),
    );
}

/** Scans the recordings folder and tells what it found. */
export async function rescan({ access, terminal }: Pick<Work, 'access' | 'terminal'>): Promise<void> {
  const unsubscribe = access.onEvent((name, payload) => {
    if (name !== 'rescan.progress') return;
    const { files } = payload as EventPayload<'rescan.progress'>;
    terminal.progress(`${count(files, 'file')} looked at`);
  });
  try {
    const found = await access.request('library.rescan', {});
    const { added, updated, removed, unreadable } = found;
    terminal.line(`Added ${added}, updated ${updated}, gone ${removed}, cannot be read ${unreadable}.`);
    terminal.object({ type: 'rescan', added, updated, removed, unreadable });
  } finally {
    unsubscribe();
  }
}
