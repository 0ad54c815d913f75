import ffmpeg from 'fluent-ffmpeg'; // plants boundaries(dependencies)
import naudiodon from 'naudiodon'; // plants boundaries(dependencies)
import { app } from 'electron'; // plants boundaries(dependencies)
import { window } from '../../main/window.ts'; // plants boundaries(dependencies) import(no-cycle)
import { disk } from '../platform/disk.ts';
import { library } from '../library/library.ts';
import { recorder } from '../recorder/recorder.ts';

export const studio = [ffmpeg, naudiodon, app, window, disk, library, recorder];
