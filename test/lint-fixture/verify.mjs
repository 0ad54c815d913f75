// Lints the planted violations with the project's own rules and compares what is seen with what was planted,
// line by line: a rule that goes blind fails here, and so does one that sees what is not there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..', '..');
const planted = resolve(import.meta.dirname, 'src');

/**
 * A copy of the fixture where the real sources would be, so that the configuration is taken as it is.
 * @param {(folder: string) => void} work
 */
function withCopy(work) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'longtake-lint-')));
  try {
    cpSync(planted, join(folder, 'src'), { recursive: true });
    for (const name of ['.oxlintrc.json', 'tsconfig.base.json']) cpSync(join(project, name), join(folder, name));
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'), 'junction');
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @returns {string[]} `file:line rule`, sorted
 */
function expected(folder) {
  const found = [];
  for (const entry of readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
      const rules = line.split('// plants ')[1]?.split(' ') ?? [];
      for (const rule of rules) found.push(`${nameOf(folder, path)}:${index + 1} ${rule}`);
    }
  }
  return found.toSorted();
}

/**
 * @param {string} folder
 * @returns {string[]} `file:line rule`, sorted
 */
function seen(folder) {
  const oxlint = join(project, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const result = spawnSync(process.execPath, [oxlint, '--format', 'json', 'src'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (result.error) throw result.error;
  const { diagnostics } = JSON.parse(result.stdout);
  return diagnostics
    .map((/** @type {{ code: string, filename: string, labels: { span: { line: number } }[] }} */ diagnostic) => {
      const line = diagnostic.labels[0]?.span.line ?? 1;
      return `${nameOf(folder, resolve(folder, diagnostic.filename))}:${line} ${diagnostic.code}`;
    })
    .toSorted();
}

/**
 * @param {string} folder
 * @param {string} path
 */
function nameOf(folder, path) {
  return path.slice(folder.length + 1).replaceAll('\\', '/');
}

/**
 * What is in `list` more often than in `other`.
 * @param {readonly string[]} list
 * @param {readonly string[]} other
 */
function surplus(list, other) {
  const rest = [...other];
  return list.filter((item) => {
    const index = rest.indexOf(item);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

withCopy((folder) => {
  const wanted = expected(folder);
  const found = seen(folder);
  const missed = surplus(wanted, found);
  const invented = surplus(found, wanted);
  for (const item of missed) console.error(`Planted, but not seen: ${item}`);
  for (const item of invented) console.error(`Seen, but not planted: ${item}`);
  const rules = new Set(wanted.map((item) => item.split(' ')[1])).size;
  if (missed.length > 0 || invented.length > 0 || wanted.length < 50) {
    console.error(`The lint is not to be trusted: ${missed.length} missed, ${invented.length} invented.`);
    process.exitCode = 1;
  } else {
    console.log(`The lint sees all ${wanted.length} planted violations of ${rules} rules, and nothing else.`);
  }
});
