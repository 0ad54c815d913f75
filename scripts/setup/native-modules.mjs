import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * How one native module is compiled.
 * @typedef {object} Recipe
 * @property {string} name of the npm package
 * @property {boolean} required whether the studio is useless without it
 * @property {string} takes how long it takes to compile, on a machine of some years
 * @property {string} loss what is missing without it
 * @property {readonly string[]} arguments for node-gyp
 * @property {Readonly<Record<string, string>>} env
 * @property {readonly string[]} products files of build/Release to keep
 * @property {string} probe a script that loads and uses the module in a child process
 * @property {(folder: string) => Promise<void>} [adjust] changes the copy that is compiled
 */

/** @type {Recipe} */
export const naudiodon = {
  name: 'naudiodon',
  required: false,
  takes: 'some seconds',
  loss: 'Soundcards cannot be recorded on this machine; streams and the test signal can.',
  arguments: ['rebuild', '--release'],
  env: {},
  products:
    process.platform === 'win32'
      ? ['naudiodon.node', 'portaudio_x64.dll']
      : process.platform === 'darwin'
        ? ['naudiodon.node', 'libportaudio.dylib']
        : ['naudiodon.node', 'libportaudio.so.2'],
  // Loading it starts PortAudio and lists the host APIs: no device is opened.
  probe: "const audio = require('naudiodon'); if (!Array.isArray(audio.getHostAPIs().HostAPIs)) process.exit(3);",
  adjust: async (folder) => {
    // Its binding.gyp writes the folder it was compiled in into the module as the
    // place of PortAudio; $ORIGIN (ld.so(8)) is wherever the module lies now.
    const path = join(folder, 'binding.gyp');
    const text = await readFile(path, 'utf8');
    // Doubled for the Makefile, quoted for the shell; a function, because $$ means
    // something to replaceAll as well.
    const moved = text.replaceAll('-Wl,-rpath,<@(module_root_dir)/build/Release', () => "-Wl,-rpath,'$$ORIGIN'");
    if (moved === text) throw new Error(`${path} names no rpath: the recipe does not fit this version of naudiodon`);
    await writeFile(path, moved);
  },
};

/** @type {Recipe} */
export const betterSqlite3 = {
  name: 'better-sqlite3',
  required: true,
  takes: 'about a minute',
  loss: 'The library cannot be opened.',
  arguments: ['rebuild', '--release', '--force_build=1'],
  // Its prebuilt module wants Node-API 10. The source is content with less,
  // once the version is not asked for and the one newer call is opted out of.
  env: { CXXFLAGS: '-UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT' },
  products: ['better_sqlite3.node'],
  probe:
    "const Database = require('better-sqlite3'); const db = new Database(':memory:');" +
    "if (db.prepare('select 42 as answer').get().answer !== 42) process.exit(3);",
};

/** The Node-API version that the prebuilt better-sqlite3 needs. */
export const PREBUILT_NODE_API = 10;
