import { beforeEach, describe, expect, it } from 'vitest';
import { recordingId } from '../../shared/units.ts';
import { selectionStore } from './selection.ts';

const ONE = recordingId('one');
const OTHER = recordingId('other');

describe('a selection', () => {
  const state = () => selectionStore.getState();
  const bounds = () => {
    const { selection } = state();
    return selection && [selection.from, selection.to];
  };
  beforeEach(() => state().clear());

  it('is the same in either direction, and nothing without a length', () => {
    state().select(ONE, 8, 3);
    expect(bounds()).toEqual([3, 8]);
    state().select(ONE, 5, 5);
    expect(bounds()).toBeUndefined();
  });
  it('goes from I to the end, until O ends it', () => {
    state().setIn(ONE, 4, 60);
    expect(bounds()).toEqual([4, 60]);
    state().setOut(ONE, 9);
    expect(bounds()).toEqual([4, 9]);
    state().setIn(ONE, 6, 60);
    expect(bounds()).toEqual([6, 9]);
    state().setIn(ONE, 20, 60);
    expect(bounds()).toEqual([20, 60]);
    state().setOut(ONE, 2);
    expect(bounds()).toEqual([0, 2]);
  });
  it('knows nothing of another recording', () => {
    state().select(ONE, 3, 8);
    state().setOut(OTHER, 5);
    expect(state().selection).toEqual({ recordingId: OTHER, from: 0, to: 5 });
  });
});
