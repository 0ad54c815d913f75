import { describe, expect, it } from 'vitest';
import type { Source } from '../shared/contract/requests.ts';
import { chooseSource, chooseSources } from './chosen.ts';

const source = (id: string, name: string): Source => ({ config: { id, name } }) as unknown as Source;
const list = [source('aaa1', 'Radio 1'), source('aab2', 'Radio 10'), source('ccc3', 'Bühne')];

describe('chooseSource', () => {
  it('takes a name in any case, an id, or the only one that begins so', () => {
    expect(chooseSource(list, 'radio 1').config.id).toBe('aaa1');
    expect(chooseSource(list, 'BU\u0308H').config.id).toBe('ccc3');
    expect(chooseSource(list, 'aab').config.id).toBe('aab2');
  });

  it('says what there is instead of guessing', () => {
    expect(() => chooseSource(list, 'Rad')).toThrow('"Radio 1", "Radio 10"');
    expect(() => chooseSource(list, 'x')).toThrow('There are "Radio 1"');
    expect(() => chooseSources(list, [], false)).toThrow('--all');
    expect(() => chooseSources(list, ['Radio 1'], true)).toThrow('not both');
    expect(chooseSources(list, ['aaa', 'Radio 1'], false)).toEqual(['aaa1']);
  });
});
