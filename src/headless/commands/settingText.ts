/** The value of a setting as a command line writes it. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
