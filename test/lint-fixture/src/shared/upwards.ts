import { readFile } from 'node:fs/promises'; // plants boundaries(dependencies)
import { useState } from 'react'; // plants boundaries(dependencies)
import { z } from 'zod';
import { parse } from '../engine/containers/parse.ts'; // plants boundaries(dependencies)
import type { Recorder } from '../engine/recorder/recorder.ts'; // plants boundaries(dependencies)

export const upwards: readonly unknown[] = [readFile, useState, z, parse];
export type Upwards = Recorder;
