import type { PlaylistKind } from '../../../shared/domain/source.ts';
import { concat } from '../../containers/bytes.ts';
import { MOST_PLAYLIST_BYTES, WIDE_MARK_BYTES, hasControls, isWideText } from './playlist.ts';

/** A text that no header calls a playlist is looked at so far. */
const MOST_UNPROMISED_BYTES = 32 * 1024;

/**
 * The body of an answer while it may still be a playlist. Headers and endings lie, so the bytes decide: audio shows
 * itself within its first bytes, and what may be a text is held to its end or to its limit.
 */
export class PlaylistBody {
  readonly promised: PlaylistKind | undefined;
  #held: Uint8Array[] = [];
  #length = 0;
  /** In UTF-16; undefined while nothing tells. */
  #wide: boolean | undefined;

  constructor(promised: PlaylistKind | undefined) {
    this.promised = promised;
  }

  /** All that came so far. */
  get bytes(): Uint8Array {
    return concat(this.#held, this.#length);
  }

  /** Takes the next bytes and says whether more are wanted, enough is here, or it is no text. */
  push(bytes: Uint8Array): 'more' | 'enough' | 'no text' {
    this.#held.push(bytes);
    this.#length += bytes.length;
    if (this.#length < WIDE_MARK_BYTES) return 'more';
    const unseen = this.#wide === undefined ? this.bytes : bytes;
    this.#wide ??= isWideText(unseen);
    if (!this.#wide && hasControls(unseen)) return 'no text';
    return this.#length > (this.promised === undefined ? MOST_UNPROMISED_BYTES : MOST_PLAYLIST_BYTES)
      ? 'enough'
      : 'more';
  }
}
