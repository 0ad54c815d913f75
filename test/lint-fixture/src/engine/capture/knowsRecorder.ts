import { recorder } from '../recorder/recorder.ts'; // plants boundaries(dependencies)

export const knowsRecorder = recorder;
