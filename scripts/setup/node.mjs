import { SetupProblem } from './problem.mjs';

/** The oldest Node that everything here runs on. */
const OLDEST = { major: 20, minor: 19 };

/**
 * @param {string} version without the `v`
 * @returns {string} the version, when it is new enough
 * @throws {SetupProblem}
 */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return version;
  throw new SetupProblem({
    what: `Node ${version} is too old`,
    why: `Longtake needs Node ${OLDEST.major}.${OLDEST.minor} or newer.`,
    todo: 'Install a newer Node from https://nodejs.org or your system’s packages, then try again.',
  });
}
