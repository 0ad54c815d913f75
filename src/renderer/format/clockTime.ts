/** What a person types as a time of the day, `14:02`, `14:02:11` or `14:02:11.4`, in ms from midnight; else undefined. */
export function clockTime(text: string): number | undefined {
  const parts = /^\s*(\d{1,2})[:.h](\d{1,2})(?:[:.](\d{1,2})(?:[.,](\d{1,3}))?)?\s*$/.exec(text);
  if (!parts) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1, 4).map((part) => Number(part ?? 0));
  const thousandths = Number((parts[4] ?? '').padEnd(3, '0'));
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths;
}
