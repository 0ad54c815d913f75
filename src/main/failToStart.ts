import { app, dialog } from 'electron';

/** Tells the person why the program cannot run, and ends it with code 1. */
export function failToStart(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Longtake could not start: ${reason}\n`);
  if (!areDialogsOff()) dialog.showErrorBox('Longtake could not start', reason);
  app.exit(1);
}

export function areDialogsOff(): boolean {
  return process.env['LONGTAKE_NO_DIALOGS'] === '1';
}
