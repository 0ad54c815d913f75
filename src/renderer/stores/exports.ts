import { createStore, useStore } from 'zustand';
import { isInBrowser, on, request, type EventPayload, type RequestInput } from '../bridge/bridge.ts';
import { attempt, noticesStore } from './notices.ts';

export type ExportJob = EventPayload<'exports.changed'>;
export type ExportRequest = RequestInput<'exports.start'>;
export type ExportContent = ExportRequest['content'];
export type ExportFormat = ExportRequest['format'];

interface ExportsState {
  /** Those that work, and what a person has not dismissed yet; the newest last. */
  readonly jobs: readonly ExportJob[];
  /** Asks for a place and begins; false when the person chose none. */
  start(request: ExportRequest): Promise<boolean>;
  cancel(id: string): Promise<void>;
  reveal(id: string): Promise<void>;
  dismiss(id: string): void;
}

export const exportsStore = createStore<ExportsState>()((set) => ({
  jobs: [],
  async start(wanted) {
    const job = await request('exports.start', wanted);
    if (job && isInBrowser()) downloadWhenDone(job.id);
    return job !== undefined;
  },
  async cancel(id) {
    await request('exports.cancel', { id });
  },
  async reveal(id) {
    await request('desktop.revealExport', { id });
  },
  dismiss(id) {
    set(({ jobs }) => ({ jobs: jobs.filter((job) => job.id !== id) }));
  },
}));

/** Here the place that a person would choose is where the browser keeps its downloads. */
function downloadWhenDone(id: string): void {
  const look = ({ jobs }: ExportsState): void => {
    const job = jobs.find((one) => one.id === id);
    if (job?.state === 'working') return;
    end();
    if (job?.state === 'done') attempt(exportsStore.getState().reveal(id));
  };
  const end = exportsStore.subscribe(look);
  if (exportsStore.getState().jobs.some((job) => job.id === id)) look(exportsStore.getState());
}

/** Follows exports; also those that a window before this one began. Returns the end of it. */
export function followExports(): () => void {
  const put = (job: ExportJob): void =>
    exportsStore.setState(({ jobs }) => {
      if (job.state === 'cancelled') return { jobs: jobs.filter(({ id }) => id !== job.id) };
      const known = jobs.some(({ id }) => id === job.id);
      return { jobs: known ? jobs.map((one) => (one.id === job.id ? job : one)) : [...jobs, job] };
    });
  return on('exports.changed', put);
}

/** Cuts that a drag or the clipboard may want next; the answer is kept while it is wanted. */
export async function makeReady(content: ExportContent, format: ExportFormat = { kind: 'cut' }) {
  return request('exports.ready', { content, format });
}

/** Puts a cut on the clipboard as a file. */
export async function copyAsFile(content: ExportContent, format: ExportFormat = { kind: 'cut' }): Promise<void> {
  const { token, fileName } = await makeReady(content, format);
  await request('desktop.copyFile', { token });
  if (isInBrowser()) return;
  noticesStore.getState().show('info', `${fileName} is on the clipboard. Paste it into a folder or a message.`);
}

export function useExports<Selected>(select: (state: ExportsState) => Selected): Selected {
  return useStore(exportsStore, select);
}
