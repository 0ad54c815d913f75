import { describe, expect, it } from 'vitest';
import { openedChannels, takeChannels } from './channelPick.ts';

describe('openedChannels', () => {
  const hardware = { name: 'Desk: USB (hw:1,0)', hostApi: 'ALSA', maxChannels: 18 };
  const server = { name: 'studio_a', hostApi: 'ALSA', maxChannels: 32 };
  const mac = { name: 'Desk', hostApi: 'Core Audio', maxChannels: 18 };

  it('opens all of hardware, so that more sources can come', () => {
    expect(openedChannels({ channels: 2 }, hardware)).toBe(18);
    expect(openedChannels({ channels: 1, pick: [18] }, hardware)).toBe(18);
  });
  it('opens a sound server with what is recorded, or the layout that holds what is picked', () => {
    expect(openedChannels({ channels: 1 }, server)).toBe(1);
    expect(openedChannels({ channels: 1, pick: [1] }, server)).toBe(2);
    expect(openedChannels({ channels: 1, pick: [3] }, server)).toBe(4);
    expect(openedChannels({ channels: 1, pick: [9] }, server)).toBe(9);
  });
  it('opens all of another system for a pick, and asks for what is not there', () => {
    expect(openedChannels({ channels: 2 }, mac)).toBe(2);
    expect(openedChannels({ channels: 1, pick: [2] }, mac)).toBe(18);
    expect(openedChannels({ channels: 1, pick: [19] }, hardware)).toBe(19);
  });
});

describe('takeChannels', () => {
  const frames = Uint8Array.from([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
  it('takes them in the order that is wanted', () => {
    expect([...takeChannels(frames, 3, 2, [3, 1])]).toEqual([5, 6, 1, 2, 15, 16, 11, 12]);
    expect([...takeChannels(frames, 2, 3, [2])]).toEqual([4, 5, 6, 14, 15, 16]);
    expect(takeChannels(frames, 3, 2, [1, 2, 3])).toBe(frames);
  });
});
