export interface ConsoleMessage {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

const names: Readonly<Record<string, ConsoleMessage['level']>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
};
/** Electron up to 34 numbers the levels. */
const numbered: readonly ConsoleMessage['level'][] = ['debug', 'info', 'warn', 'error'];

/**
 * What the page wrote to its console, from the arguments of Electron's `console-message` event: up to version 34
 * these are (event, level, message), later ones have both in the event.
 */
export function readConsoleMessage([event, level, message]: readonly unknown[]): ConsoleMessage {
  if (typeof level === 'number') return { level: numbered[level] ?? 'info', message: String(message) };
  const details = (event ?? {}) as { readonly level?: unknown; readonly message?: unknown };
  return { level: names[String(details.level)] ?? 'info', message: String(details.message ?? '') };
}
