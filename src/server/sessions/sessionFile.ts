import type { Session } from '../model.ts';

const FORMAT = 'longtake session 1';

/**
 * What lies beside the chunks, so that a session can be read without the database. The chunks themselves tell how many
 * they are and how long; their owner is told by address, for numbers of users end with the database.
 */
export function writeSessionFile(session: Session, owner: string): string {
  const { chunkCount: _, expectedIndex: __, bytes: ___, ...kept } = session;
  return `${JSON.stringify({ format: FORMAT, owner, ...kept }, undefined, 2)}\n`;
}
