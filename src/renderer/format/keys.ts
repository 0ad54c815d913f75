/** Whether this computer's people press Cmd where others press Ctrl. */
const APPLE = /mac/i.test(navigator.userAgent);

/** A key combination as it is written on this computer: `Ctrl N` or `⌘ N`. */
export function keyName(keys: string): string {
  return APPLE ? keys.replace('Ctrl', '⌘').replace('Alt', '⌥').replace('Shift', '⇧') : keys;
}
