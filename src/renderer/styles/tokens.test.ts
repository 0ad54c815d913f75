import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(resolve(import.meta.dirname, 'tokens.css'), 'utf8');
const colours = new Map(
  [...css.matchAll(/(--[\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
);

type Theme = 'light' | 'dark';

function colour(name: string, theme: Theme): string {
  const found = colours.get(name)?.[theme];
  if (found === undefined) throw new Error(`There is no colour ${name}.`);
  return found;
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const surfaces = ['--ground', '--panel', '--raised', '--hover', '--selected'];
const texts = ['--text', '--text-2', '--text-3', '--blue', '--yellow', '--orange'];
/** Text on a ground of its own. */
const pairs = [
  ['--red', '--red-wash'],
  ['--yellow', '--yellow-wash'],
  ['--text', '--yellow-wash'],
  ['--text-2', '--yellow-wash'],
  ['--text-2', '--track'],
  ['--on-strong', '--strong'],
  ['--on-strong', '--strong-hover'],
] as const;
/** What must be told apart, but is no text. */
const shapes = [
  ['--field-line', '--ground'],
  ['--focus', '--ground'],
  ['--focus', '--selected'],
  ['--blue', '--track'],
  ['--red', '--panel'],
  ['--red', '--selected'],
] as const;

describe.each(['light', 'dark'] as const)('colours in %s', (theme) => {
  it.each(texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const)).concat(pairs))(
    '%s can be read on %s',
    (text, surface) => {
      expect(contrast(colour(text, theme), colour(surface, theme))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(shapes)('%s can be seen on %s', (shape, surface) => {
    expect(contrast(colour(shape, theme), colour(surface, theme))).toBeGreaterThanOrEqual(3);
  });
});
