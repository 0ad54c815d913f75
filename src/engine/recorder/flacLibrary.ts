import type { FlacLibrary } from '../containers/flac/flacEncoder.ts';

let loading: Promise<FlacLibrary> | undefined;
let loaded: FlacLibrary | undefined;

/** libFLAC as WebAssembly; loaded once, when the first source needs it. */
export function loadFlacLibrary(): Promise<FlacLibrary> {
  loading ??= load();
  return loading;
}

/** For a file that is begun between two samples; a source waits for {@link loadFlacLibrary} before it captures. */
export function loadedFlacLibrary(): FlacLibrary {
  if (!loaded) throw new Error('The FLAC encoder was not loaded.');
  return loaded;
}

async function load(): Promise<FlacLibrary> {
  const { default: pick } = await import('libflacjs');
  const library = withoutFetch(() => pick('release.wasm'));
  if (!library.isReady()) await new Promise<void>((resolve) => library.on('ready', resolve));
  loaded = library;
  return library;
}

/** Where there is a `fetch`, its loader takes itself for a page and asks for its file by it, which fails in Node. */
function withoutFetch<Result>(step: () => Result): Result {
  const kept = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  if (!kept) return step();
  Object.defineProperty(globalThis, 'fetch', { value: undefined, configurable: true, writable: true });
  try {
    return step();
  } finally {
    Object.defineProperty(globalThis, 'fetch', kept);
  }
}
