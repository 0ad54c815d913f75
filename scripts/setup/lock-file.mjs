/**
 * An entry of package-lock.json.
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 */

/** @typedef {Record<string, LockEntry>} LockPackages by place: `node_modules/a/node_modules/b` */

/**
 * The entries of a lock file.
 * @param {unknown} lock
 * @returns {LockPackages | undefined} undefined when this is none
 */
export function packagesOf(lock) {
  if (typeof lock !== 'object' || lock === null || !('packages' in lock)) return undefined;
  const { packages } = lock;
  if (typeof packages !== 'object' || packages === null) return undefined;
  return /** @type {LockPackages} */ (packages);
}

/**
 * Entries for the builds of other platforms that the lock file leaves out.
 *
 * npm leaves out what the registry did not offer when the lock file was made, and
 * many carry the common platforms only. Then `npm ci` refuses the lock file, on
 * every machine: it finds the names in `optionalDependencies` but no entry.
 * @param {LockPackages} packages
 * @returns {LockPackages} without integrity, which only a registry that has them knows
 * @throws when a name does not tell its platform
 */
export function leftOut(packages) {
  /** @type {LockPackages} */
  const entries = {};
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isFound(packages, place, name)) continue;
      const { os, cpu, libc } = platformOf(name);
      // In npm's own order of keys, so that its next write changes nothing.
      entries[`node_modules/${name}`] = {
        version,
        cpu,
        ...(entry.dev === true ? { dev: true } : {}),
        ...(libc ? { libc } : {}),
        optional: true,
        os,
      };
    }
  }
  return entries;
}

/**
 * Whether Node finds this package from that place: beside it, or further out.
 * @param {LockPackages} packages
 * @param {string} place
 * @param {string} name
 */
function isFound(packages, place, name) {
  let from = place;
  for (;;) {
    if (`${from}${from === '' ? '' : '/'}node_modules/${name}` in packages) return true;
    if (from === '') return false;
    from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')));
  }
}

/**
 * The platform that a package of prebuilt code is for, by its name.
 * @param {string} name such as `@oxlint/binding-linux-arm64-musl`
 * @returns {{ os: string[], cpu: string[], libc?: string[] }}
 */
function platformOf(name) {
  const match =
    /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(gnu|musl|eabi|msvc)[a-z]*)?$/.exec(
      name,
    );
  const [, os, cpu, abi] = match ?? [];
  if (os === undefined || cpu === undefined) {
    throw new Error(`package-lock.json lacks ${name}, whose name does not tell a platform: run npm install`);
  }
  const libc = abi === 'gnu' ? ['glibc'] : abi === 'musl' ? ['musl'] : undefined;
  return { os: [os], cpu: [cpu], ...(libc ? { libc } : {}) };
}
