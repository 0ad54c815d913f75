import { randomUUID } from 'node:crypto';
import type { Recording } from '../../shared/domain/recording.ts';
import { type Millis, millis } from '../../shared/units.ts';
import type { Block } from '../containers/block.ts';
import type { ConnectionOptions } from './connectionOptions.ts';
import type { RecorderContext } from './context.ts';
import { failureError } from './diskError.ts';
import { LiveRecording } from './liveRecording.ts';
import type { NextRecording } from './nextRecording.ts';
import type { Backlog } from './recordingWriter.ts';
import { openSeam, verifiedSeam } from './seamCheck.ts';
import { TitleTrack } from './titleTrack.ts';

/** The recordings of a connection, of which at most one is open, and how each follows the one before. */
export class RecordingChain {
  readonly #context: RecorderContext;
  readonly #options: ConnectionOptions;
  readonly #unclosed = new Set<LiveRecording>();
  readonly #closing = new Set<Promise<unknown>>();
  #live: LiveRecording | undefined;
  /** What comes next joins what was recorded. */
  #joins = false;
  /** Of the recordings that join each other, and where their count of sample frames begins. */
  #joined = { id: '', from: 0 };
  /** The recording before, and how it will be left on disk. */
  #before: { readonly live: LiveRecording; readonly closed: Promise<Recording | undefined> } | undefined;
  readonly #titles = new TitleTrack();
  readonly #backlog: Backlog = { bytes: 0 };
  /** Of the open recording: numbers of its first sample frame, and of the one behind its last, in the capture. */
  #first = 0;
  #end = 0;
  #missing = 0;
  #lost = 0;

  constructor(context: RecorderContext, options: ConnectionOptions) {
    this.#context = context;
    this.#options = options;
  }

  get live(): LiveRecording | undefined {
    return this.#live;
  }

  get joins(): boolean {
    return this.#joins;
  }

  /** Sample frames of recordings that are not on disk. */
  get missing(): number {
    return this.#missing;
  }

  /** Those of them that stand at the end of what was captured. */
  get lost(): number {
    return this.#lost;
  }

  /** Sample frames at the end of what was captured that are lost, or not on disk yet, about. */
  get unwritten(): number {
    return [...this.#unclosed].reduce((sum, live) => sum + live.unwritten, this.#lost);
  }

  /** Opens the recording that is due. `isFirst`: it holds the first audio of its segment. */
  begin(next: NextRecording, isFirst: boolean): void {
    const { info, startedAt, joins, firstSample, hole, nextBoundaryAt } = next;
    if (!joins) {
      this.#joined = { id: randomUUID(), from: firstSample };
      this.#options.onFirstRecording(startedAt);
    }
    this.#joins = true;
    const live = new LiveRecording(
      this.#context,
      {
        source: this.#options.source,
        info,
        isFirst,
        startedAt: millis(Math.round(startedAt)),
        seam: openSeam(joins, hole),
        connection: this.#joined.id,
        firstSample: firstSample - this.#joined.from,
        title: this.#titles.begin(firstSample),
        backlog: this.#backlog,
        onOpened: this.#options.onRecordingOpened,
        onFailure: (failure) => this.#options.onFailure(failureError(failure)),
      },
      nextBoundaryAt,
    );
    const before = joins ? this.#before : undefined;
    if (before) live.prove(before.closed.then((recording) => verifiedSeam(live, hole, before.live, recording)));
    this.#live = live;
    this.#first = firstSample;
    this.#end = firstSample;
  }

  /** A title is on air from the sample `at` of the capture on; positions never go back. */
  hear(title: string, at: number): void {
    this.#titles.hear(title, at);
  }

  /** Adds audio to the open recording. */
  append(block: Block): void {
    const live = this.#live;
    if (!live) return;
    this.#end += block.samples;
    for (const { text, at } of this.#titles.take(this.#end)) live.addTitle(text, Math.max(0, at - this.#first));
    live.append(block);
  }

  /** `end`: wall-clock end of a recording that no other joins, and its rate in Hz. */
  close(end?: { readonly at: Millis; readonly rate: number }): void {
    const live = this.#live;
    if (!live) return;
    this.#live = undefined;
    this.#unclosed.add(live);
    const closed = live.close();
    this.#before = { live, closed };
    const closing = closed.then((recording) => this.#count(live.samples - (recording?.samples ?? 0), end));
    this.#closing.add(closing);
    void closing.finally(() => {
      this.#closing.delete(closing);
      this.#unclosed.delete(live);
    });
  }

  /** What follows does not join what is recorded so far. */
  part(): void {
    this.#joins = false;
  }

  /** From sample `at` on samples of another rate are counted from 0, `ratio` times as many in the same time. */
  scale(ratio: number, at: number): void {
    this.#titles.begin(at);
    this.#missing = Math.round(this.#missing * ratio);
    this.#lost = Math.round(this.#lost * ratio);
  }

  /** Resolves when every recording but the open one is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #count(lost: number, end: { readonly at: Millis; readonly rate: number } | undefined): void {
    this.#missing += lost;
    if (!end) this.#lost += lost;
    else if (lost > 0) this.#options.onLost(millis(end.at - (lost * 1000) / end.rate), end.at);
  }
}
