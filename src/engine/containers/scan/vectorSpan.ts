import type { SampleSpan } from './sampleSpan.ts';
import { kernels, RESULT_BYTES } from './vectorKernel.ts';

const PAGE_BYTES = 65_536;

/** The few parts of WebAssembly that are used here; Node and browsers have them, and this room's types do not. */
interface WasmApi {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } },
  ) => { readonly exports: { readonly run: (from: number, end: number, result: number) => void } };
  readonly validate: (bytes: Uint8Array) => boolean;
}

/** Compiled once; by bit depth. */
const modules = new Map<number, object | undefined>();

/**
 * Goes through samples of 16 or 24 bits with vector instructions, several times as fast as a plain loop. The samples lie
 * in `input`.
 */
export class VectorSpan {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly #run: (from: number, end: number, result: number) => void;
  readonly #results: number;
  readonly #lanes: Int16Array | Int32Array;
  readonly #sums: Uint32Array;
  readonly #sampleBytes: number;
  readonly #step: number;

  private constructor(wasm: WasmApi, module: object, inputBytes: number, bitDepth: 16 | 24) {
    // The last vector of 24-bit samples reads a little further than they reach.
    const pages = Math.ceil((inputBytes + 16 + RESULT_BYTES) / PAGE_BYTES);
    const memory = new wasm.Memory({ initial: pages });
    this.input = new Uint8Array(memory.buffer, 0, inputBytes);
    this.#results = pages * PAGE_BYTES - RESULT_BYTES;
    this.#lanes =
      bitDepth === 16
        ? new Int16Array(memory.buffer, this.#results, 16)
        : new Int32Array(memory.buffer, this.#results, 8);
    this.#sums = new Uint32Array(memory.buffer, this.#results + 32, 4);
    this.#run = new wasm.Instance(module, { env: { memory } }).exports.run;
    this.#sampleBytes = bitDepth / 8;
    this.#step = kernels[bitDepth].samples * this.#sampleBytes;
  }

  /** Undefined where the processor has no such instructions, or not for samples like these. */
  static create(inputBytes: number, bitDepth: number): VectorSpan | undefined {
    const wasm = (globalThis as { readonly WebAssembly?: WasmApi }).WebAssembly;
    if (!wasm || (bitDepth !== 16 && bitDepth !== 24)) return undefined;
    if (!modules.has(bitDepth)) {
      const bytes = kernels[bitDepth].module();
      modules.set(bitDepth, wasm.validate(bytes) ? new wasm.Module(bytes) : undefined);
    }
    const module = modules.get(bitDepth);
    return module && new VectorSpan(wasm, module, inputBytes, bitDepth);
  }

  /** Adds the samples in `input` from byte `from` to `end` to the span, as many as fill vectors; returns where it ended. */
  add(span: SampleSpan, from: number, end: number): number {
    const whole = from + Math.floor((end - from) / this.#step) * this.#step;
    if (whole === from) return from;
    this.#run(from, whole, this.#results);
    const lanes = this.#lanes;
    const half = lanes.length / 2;
    for (let lane = 0; lane < half; lane += 1) {
      const low = lanes[lane] ?? 0;
      const high = lanes[half + lane] ?? 0;
      if (low < span.lowest) span.lowest = low;
      if (high > span.highest) span.highest = high;
    }
    const [low0 = 0, high0 = 0, low1 = 0, high1 = 0] = this.#sums;
    span.squares += (high0 + high1) * 4_294_967_296 + low0 + low1;
    return whole;
  }
}
