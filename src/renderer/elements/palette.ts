import { useSyncExternalStore } from 'react';

/** Colours as canvases need them: resolved for the present theme. */
export interface Palette {
  readonly blue: string;
  readonly blueSoft: string;
  readonly track: string;
  readonly ground: string;
  readonly text: string;
  readonly yellow: string;
  readonly lineStrong: string;
  readonly blueFaint: string;
  readonly orange: string;
  readonly hatch: string;
  readonly line: string;
  readonly textSoft: string;
  readonly fieldLine: string;
}

const listeners = new Set<() => void>();
let palette: Palette | undefined;

/** A custom property holds light-dark(...) as it was written; only a used colour is resolved. */
function resolve(probe: HTMLElement, token: string): string {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

function read(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colours: Palette = {
    blue: resolve(probe, '--blue'),
    blueSoft: resolve(probe, '--blue-soft'),
    track: resolve(probe, '--track'),
    ground: resolve(probe, '--ground'),
    text: resolve(probe, '--text'),
    yellow: resolve(probe, '--yellow'),
    lineStrong: resolve(probe, '--line-strong'),
    blueFaint: resolve(probe, '--blue-faint'),
    orange: resolve(probe, '--orange'),
    hatch: resolve(probe, '--hatch'),
    line: resolve(probe, '--line'),
    textSoft: resolve(probe, '--text-2'),
    fieldLine: resolve(probe, '--field-line'),
  };
  probe.remove();
  return colours;
}

function themeChanged(): void {
  palette = undefined;
  for (const listener of listeners) listener();
}

/** Both ways in which a theme changes: the system's, and the choice in the settings. */
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);
new MutationObserver(themeChanged).observe(document.documentElement, { attributeFilter: ['data-theme'] });

export function currentPalette(): Palette {
  palette ??= read();
  return palette;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function usePalette(): Palette {
  return useSyncExternalStore(subscribe, currentPalette);
}
