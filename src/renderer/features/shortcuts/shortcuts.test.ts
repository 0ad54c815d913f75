import { describe, expect, it } from 'vitest';
import { commandOf, isRepeated, type Press } from './shortcuts.ts';

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('commandOf', () => {
  it('never fires single keys while a person types', () => {
    for (const key of [' ', '?', '[', ']', 'ArrowLeft', 'ArrowRight']) {
      expect(commandOf(press(key), 'text')).toBeUndefined();
    }
    expect(commandOf(press('ArrowLeft', { altKey: true }), 'text')).toBeUndefined();
  });
  it('leaves Space to the control that has focus', () => {
    expect(commandOf(press(' '), 'control')).toBeUndefined();
    expect(commandOf(press(' '), 'elsewhere')).toEqual({ name: 'toggle' });
  });
  it('seeks 5 s, and 1 s with Shift', () => {
    expect(commandOf(press('ArrowLeft'), 'elsewhere')).toEqual({ name: 'seek', seconds: -5 });
    expect(commandOf(press('ArrowRight', { shiftKey: true }), 'control')).toEqual({ name: 'seek', seconds: 1 });
  });
  it('goes to neighbours with Alt', () => {
    expect(commandOf(press('ArrowLeft', { altKey: true }), 'elsewhere')).toEqual({ name: 'previous' });
    expect(commandOf(press('ArrowRight', { altKey: true }), 'control')).toEqual({ name: 'next' });
  });
  it('takes Ctrl and Cmd alike, also while typing', () => {
    expect(commandOf(press(',', { ctrlKey: true }), 'text')).toEqual({ name: 'settings' });
    expect(commandOf(press('n', { metaKey: true }), 'elsewhere')).toEqual({ name: 'addSource' });
    expect(commandOf(press('[', { ctrlKey: true }), 'elsewhere')).toBeUndefined();
    expect(commandOf(press('n', { ctrlKey: true, shiftKey: true }), 'elsewhere')).toBeUndefined();
  });
  it('goes to the search with a slash', () => {
    expect(commandOf(press('/'), 'elsewhere')).toEqual({ name: 'search' });
    expect(commandOf(press('/'), 'text')).toBeUndefined();
  });
  it('judges, goes on and takes back, but not while typing', () => {
    expect(commandOf(press('y'), 'elsewhere')).toEqual({ name: 'verdict', verdict: 'keep' });
    expect(commandOf(press('n'), 'control')).toEqual({ name: 'verdict', verdict: 'discard' });
    expect(commandOf(press('s'), 'text')).toBeUndefined();
    expect(commandOf(press('J', { shiftKey: true }), 'elsewhere')).toEqual({ name: 'nextUnreviewed' });
    expect(commandOf(press('z', { ctrlKey: true }), 'elsewhere')).toEqual({ name: 'undo' });
    expect(commandOf(press('z', { metaKey: true }), 'text')).toBeUndefined();
  });
  it('sets a marker at the playhead, and with Shift now; once, however long the key is held', () => {
    expect(commandOf(press('m'), 'elsewhere')).toEqual({ name: 'marker' });
    expect(commandOf(press('M', { shiftKey: true }), 'elsewhere')).toEqual({ name: 'markerNow' });
    expect(isRepeated({ name: 'marker' })).toBe(false);
    expect(isRepeated({ name: 'seek', seconds: 5 })).toBe(true);
  });
  it('means the same key when capitals are locked', () => {
    expect(commandOf(press('M'), 'elsewhere')).toEqual({ name: 'marker' });
    expect(commandOf(press('j', { shiftKey: true }), 'elsewhere')).toEqual({ name: 'nextUnreviewed' });
  });
  it('opens the uploads with B, but not while typing', () => {
    expect(commandOf(press('b'), 'elsewhere')).toEqual({ name: 'uploads' });
    expect(commandOf(press('b'), 'text')).toBeUndefined();
  });
});
