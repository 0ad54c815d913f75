import { disk } from '../platform/disk.ts'; // plants boundaries(dependencies)
import { library } from '../library/library.ts'; // plants boundaries(dependencies)

export const knowsPlatform = [disk, library];
