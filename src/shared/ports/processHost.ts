/** Programs that run beside main. Each is one built entry. */
export type ProcessRole = 'recorder' | 'prober' | 'analyst' | 'exporter' | 'checker' | 'drill';

export interface ProcessExit {
  readonly code: number | null;
}

/** A running child process, whatever started it. */
export interface ChildHandle {
  readonly pid: number | undefined;
  /** Sends a structured-cloneable message. Nothing happens when the child has ended. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once; also when the child could not be started. */
  onExit(listener: (exit: ProcessExit) => void): void;
  /** One line of the child's stdout or stderr, without the line break. */
  onOutput(listener: (stream: 'stdout' | 'stderr', line: string) => void): void;
  /** Ends the child at once (SIGKILL). Ask it by message first. */
  kill(): void;
}

/** Starts child processes: utilityProcess in Electron, child_process elsewhere. */
export interface ProcessHost {
  start(role: ProcessRole): ChildHandle;
}

/** The child's end of the channel. */
export interface ParentLink {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The parent went away: close files and end. */
  onClosed(listener: () => void): void;
}
