import { describe, expect, it } from 'vitest';
import { installCommand, missing, packagesFor, parseAptStatus } from '../../scripts/setup/debian.mjs';

interface Machine {
  installed?: readonly string[];
  offered?: readonly string[];
  commands?: readonly string[];
  isDebian?: boolean;
}

function machine({ installed = [], offered = [], commands = [], isDebian = true }: Machine) {
  const among = (all: readonly string[]) => async (names: readonly string[]) =>
    new Set(names.filter((name) => all.includes(name)));
  return {
    isDebian,
    isRoot: false,
    installed: among(installed),
    available: among(offered),
    onPath: async (command: string) => commands.includes(command),
  };
}

const names = (needs: readonly { names: readonly string[] }[]) => needs.map((need) => need.names.at(-1));

describe('what a machine lacks', () => {
  it('is everything on an empty one', async () => {
    expect(names(await missing(['build', 'display'], machine({})))).toEqual(['python3', 'make', 'g++', 'xvfb']);
  });

  it('is not what is installed, by any of its names', async () => {
    const edges = machine({ installed: ['libasound2t64', 'libgbm1', 'libatk1.0-0'] });
    const lacking = names(await missing(['electron'], edges));
    expect(lacking).not.toContain('libasound2');
    expect(lacking).not.toContain('libgbm1');
    expect(lacking).not.toContain('libatk1.0-0');
    expect(lacking).toContain('libgtk-3-0');
  });

  it('is not a program that came another way', async () => {
    expect(names(await missing(['build'], machine({ commands: ['python3', 'g++'] })))).toEqual(['make']);
  });

  it('is named once when two groups want it', async () => {
    const lacking = names(await missing(['studio', 'test'], machine({})));
    expect(lacking.filter((name) => name === 'ffmpeg')).toHaveLength(1);
  });

  it('is only programs where packages have other names', async () => {
    const edges = machine({ isDebian: false });
    expect(names(await missing(['electron', 'studio'], edges))).toEqual(['ffmpeg', 'alsa-utils']);
  });
});

describe('package names', () => {
  it('are those of the release', async () => {
    const edges = machine({ offered: ['libasound2t64', 'libasound2-plugins', 'xvfb'] });
    const needs = [{ names: ['libasound2t64', 'libasound2'] }, { names: ['xvfb'] }];
    expect(await packagesFor(needs, edges)).toEqual({ packages: ['libasound2t64', 'xvfb'], unknown: [] });
  });

  it('that apt does not offer are told apart, so that they do not stop the others', async () => {
    const edges = machine({ offered: ['xvfb'] });
    const needs = [{ names: ['icecast2'] }, { names: ['xvfb'] }];
    expect(await packagesFor(needs, edges)).toEqual({ packages: ['xvfb'], unknown: ['icecast2'] });
  });

  it('become one command to type', () => {
    expect(installCommand(['make', 'xvfb'])).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends make xvfb',
    );
  });
});

describe("apt's status lines", () => {
  it.each([
    ['dlstatus:3:41.2345:Retrieving file 3 of 80', 'downloading, 41 %'],
    ['pmstatus:libfoo:55.12:Unpacking libfoo (amd64)', 'installing, 55 %: Unpacking libfoo (amd64)'],
    ['pmstatus:libfoo:amd64:55.12:Unpacking libfoo (amd64)', 'installing, 55 %: Unpacking libfoo (amd64)'],
    ['pmstatus:g++:7:Preparing g++', 'installing, 7 %: Preparing g++'],
  ])('%s', (line, phrase) => {
    expect(parseAptStatus(line)).toBe(phrase);
  });

  it('of other kinds say nothing', () => {
    expect(parseAptStatus('pmerror:libfoo:55:it broke')).toBeUndefined();
    expect(parseAptStatus('')).toBeUndefined();
  });
});
