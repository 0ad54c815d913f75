import { useState } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { Row, RowIndex } from './rows.ts';

interface Modifiers {
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

export interface Picked {
  /** What actions are about: all that is selected, or else the active recording. */
  readonly recordings: readonly Recording[];
  readonly isMany: boolean;
  has(row: Row): boolean;
  /** Ctrl adds or takes away, Shift takes all in between, a plain click starts anew. */
  click(active: number | undefined, index: number, modifiers: Modifiers): void;
  /** The arrow keys; with Shift they take the lines along. */
  move(active: number | undefined, next: number, shift: boolean): void;
  /** A menu is opened on this line: what it is not about is let go. */
  aim(index: number): void;
  clear(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** Several recordings at once; besides the one line that the keys act on. */
export function usePicked(rows: RowIndex, activeIndex: number | undefined): Picked {
  const [ids, setIds] = useState(NONE);
  const idAt = (index: number | undefined): string | undefined => {
    const row = index === undefined ? undefined : rows.at(index);
    return row?.kind === 'recording' ? row.recording.id : undefined;
  };
  const between = (from: number, to: number): string[] => {
    const found: string[] = [];
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
      const id = idAt(index);
      if (id !== undefined) found.push(id);
    }
    return found;
  };
  // Deleted ones are not in the list any more.
  const chosen = ids.size === 0 ? [] : rows.recordings(ids);
  const active = activeIndex === undefined ? undefined : rows.at(activeIndex);
  return {
    recordings: chosen.length > 0 ? chosen : active?.kind === 'recording' ? [active.recording] : [],
    isMany: chosen.length > 0,
    has: (row) => row.kind === 'recording' && ids.has(row.recording.id),
    click(from, index, { ctrlKey, metaKey, shiftKey }) {
      if (shiftKey && from !== undefined) {
        setIds(new Set([...ids, ...between(from, index)]));
        return;
      }
      if (!ctrlKey && !metaKey) {
        setIds(NONE);
        return;
      }
      const id = idAt(index);
      const first = idAt(from);
      const next = new Set(ids.size === 0 && first !== undefined ? [first] : ids);
      if (id === undefined) return;
      if (next.has(id)) next.delete(id);
      else next.add(id);
      setIds(next);
    },
    move(from, next, shift) {
      setIds(shift && from !== undefined ? new Set([...ids, ...between(from, next)]) : NONE);
    },
    aim(index) {
      const id = idAt(index);
      if (id !== undefined && !ids.has(id)) setIds(NONE);
    },
    clear: () => setIds(NONE),
  };
}
