import { join, sep } from 'node:path';

/** The path below `root` of a file named with `/`, for this operating system. */
export function absolutePath(root: string, relative: string): string {
  return join(root, ...relative.split('/'));
}

/** Folder of a relative path; empty for a file right below the root. */
export function folderOf(relative: string): string {
  const slash = relative.lastIndexOf('/');
  return slash < 0 ? '' : relative.slice(0, slash);
}

/** A relative path with `/` that stays below the folder that it is joined to. */
export function staysBelow(relative: string): boolean {
  if (relative.includes('\0') || (sep === '\\' && /[\\:]/.test(relative))) return false;
  return relative.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}
