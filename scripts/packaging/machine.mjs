import { open } from 'node:fs/promises';

/** ELF's `e_machine`, PE's `Machine` and Mach-O's `cputype`, in Node's words. */
const ELF = /** @type {const} */ ({ 0x3e: 'x64', 0xb7: 'arm64', 0x28: 'arm', 0x03: 'ia32' });
const PE = /** @type {const} */ ({ 0x8664: 'x64', 0xaa64: 'arm64', 0x14c: 'ia32' });
const MACH_O = /** @type {const} */ ({ 0x01000007: 'x64', 0x0100000c: 'arm64', 0x07: 'ia32', 0x0c: 'arm' });

const HEAD_BYTES = 4096;

/**
 * What a native file is for, from its own header: a program or a library of Linux, macOS or Windows.
 * @param {string} path
 * @returns {Promise<{ platform: string, archs: string[] } | undefined>} undefined when it is none of these
 */
export async function machineOf(path) {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return machineOfHead(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** @param {Buffer} head */
function machineOfHead(head) {
  if (head.length < 64) return undefined;
  const magic = head.readUInt32BE(0);
  // System V ABI, "ELF Header": both processors of ours are little-endian.
  if (magic === 0x7f454c46) return { platform: 'linux', archs: named(ELF, [head.readUInt16LE(18)]) };
  // <mach-o/loader.h>: 64 and 32 bits, little-endian.
  if (magic === 0xcffaedfe || magic === 0xcefaedfe) {
    return { platform: 'darwin', archs: named(MACH_O, [head.readUInt32LE(4)]) };
  }
  // <mach-o/fat.h>: one entry of 20 bytes for each processor, big-endian.
  if (magic === 0xcafebabe) {
    const entries = Math.min(head.readUInt32BE(4), Math.floor((head.length - 8) / 20));
    const types = Array.from({ length: entries }, (_, index) => head.readUInt32BE(8 + index * 20));
    return { platform: 'darwin', archs: named(MACH_O, types) };
  }
  // PE Format, "MS-DOS Stub" and "COFF File Header".
  const at = head.readUInt32LE(0x3c);
  if (head.readUInt16LE(0) === 0x5a4d && at + 6 <= head.length && head.readUInt32BE(at) === 0x50450000) {
    return { platform: 'win32', archs: named(PE, [head.readUInt16LE(at + 4)]) };
  }
  return undefined;
}

/**
 * @param {Readonly<Record<number, string>>} names
 * @param {readonly number[]} numbers
 */
function named(names, numbers) {
  return numbers.map((number) => names[number] ?? `processor ${number}`);
}
