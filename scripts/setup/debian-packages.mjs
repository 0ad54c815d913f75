/**
 * A thing that comes as a Debian package.
 * @typedef {object} Need
 * @property {readonly string[]} names the package's names, newest release of Debian first
 * @property {string} [command] a program on PATH that serves as well as the package
 * @property {string} [service] what the package starts with the system, and nobody here wants
 */

/**
 * @typedef {object} Group
 * @property {string} reason what it is for, for the person who is asked to install it
 * @property {readonly Need[]} needs
 */

/**
 * A library whose package was renamed for 64-bit time in Debian 13 and Ubuntu 24.04.
 * @param {string} name
 * @returns {Need}
 */
const library = (name) => ({ names: [`${name}t64`, name] });
/**
 * @param {string} name
 * @param {string} [command]
 * @returns {Need}
 */
const program = (name, command = name) => ({ names: [name], command });
/**
 * @param {string} name
 * @returns {Need}
 */
const data = (name) => ({ names: [name] });

/** @typedef {'build' | 'electron' | 'display' | 'studio' | 'server' | 'test' | 'bench'} GroupName */

/** @type {Readonly<Record<GroupName, Group>>} */
export const groups = {
  build: {
    reason: 'to compile the native modules',
    needs: [program('python3'), program('make'), program('g++')],
  },
  electron: {
    reason: 'to run Electron',
    needs: [
      library('libasound2'),
      library('libatk-bridge2.0-0'),
      library('libatk1.0-0'),
      library('libcups2'),
      library('libgtk-3-0'),
      data('libgbm1'),
      data('libnss3'),
      data('ca-certificates'),
    ],
  },
  display: {
    reason: 'to run without a display',
    needs: [program('xvfb', 'Xvfb')],
  },
  studio: {
    reason: 'to convert and cut recordings, and to record any ALSA device',
    needs: [program('ffmpeg'), ...(process.platform === 'linux' ? [program('alsa-utils', 'arecord')] : [])],
  },
  server: {
    reason: 'to join what comes as MP4 and WebM',
    needs: [program('ffmpeg')],
  },
  test: {
    reason: 'to test with real audio servers and real players',
    needs: [
      program('pulseaudio'),
      program('pulseaudio-utils', 'pactl'),
      data('libasound2-plugins'),
      { ...program('icecast2'), service: 'icecast2' },
      { ...program('nginx'), service: 'nginx' },
      program('ffmpeg'),
      program('flac'),
      program('sox'),
      program('espeak-ng'),
      program('alsa-utils', 'arecord'),
      program('opus-tools', 'opusinfo'),
      program('vorbis-tools', 'ogginfo'),
      // A small disk of its own, to be filled and to hang.
      program('e2fsprogs', 'mke2fs'),
      program('mount'),
    ],
  },
  bench: {
    reason: 'to measure against other programs',
    needs: [program('streamripper'), data('python3-numpy'), data('python3-soundfile')],
  },
};
