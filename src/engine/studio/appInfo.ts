/** What the program says of itself. */
export interface AppInfo {
  readonly version: string;
  readonly platform: string;
  /** Such as `Electron 33.2.1`. */
  readonly runtime: string;
  /** Where a first start records to. */
  readonly recordingsFolder?: string;
  /** Licence files that came with the runtime; paths are absolute. */
  readonly licences?: { readonly name: string; readonly path: string }[];
}
