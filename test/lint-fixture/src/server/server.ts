import { clips } from '../engine/clips/clips.ts';
import { recorder } from '../engine/recorder/recorder.ts'; // plants boundaries(dependencies)

export const server = [clips, recorder];
