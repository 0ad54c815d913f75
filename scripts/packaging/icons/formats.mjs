/**
 * Icon files of Windows and macOS. Both hold PNG pictures as they are.
 * @typedef {ReadonlyMap<number, Buffer>} Pictures PNG by size in px
 */

const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/**
 * Types of macOS's icon file, and the sizes of their pictures: those of ordinary screens, then those of twice the
 * resolution.
 * @type {readonly (readonly [string, number])[]}
 */
const ICNS_TYPES = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
  ['ic10', 1024],
];

/**
 * Windows' icon file: a header of 6 bytes, an entry of 16 for each picture, then the pictures.
 * @param {Pictures} pictures
 * @returns {Buffer}
 */
export function encodeIco(pictures) {
  const images = ICO_SIZES.map((size) => ({ size, png: pictureOf(pictures, size) }));
  const header = Buffer.alloc(6);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length + 16 * images.length;
  const entries = images.map(({ size, png }) => {
    const entry = Buffer.alloc(16);
    // 0 stands for 256.
    entry.writeUInt8(size % 256, 0);
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...images.map(({ png }) => png)]);
}

/**
 * macOS's icon file: pictures one after the other, each behind its type and length, and so is the whole.
 * @param {Pictures} pictures
 * @returns {Buffer}
 */
export function encodeIcns(pictures) {
  const parts = ICNS_TYPES.map(([type, size]) => typed(type, pictureOf(pictures, size)));
  return typed('icns', Buffer.concat(parts));
}

/**
 * @param {string} type
 * @param {Buffer} content
 */
function typed(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}

/**
 * @param {Pictures} pictures
 * @param {number} size
 */
function pictureOf(pictures, size) {
  const picture = pictures.get(size);
  if (!picture) throw new Error(`There is no picture of ${size} px.`);
  return picture;
}
