import ffmpeg from 'fluent-ffmpeg';
import { capture } from '../capture/capture.ts'; // plants boundaries(dependencies)

export const clips = [ffmpeg, capture];
