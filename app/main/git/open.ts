// The door to reading a repository. The embedded reader is the only one so far; the native one will stand beside it here.
export { openRepository } from './embedded/reader.ts';
export type { OpenOptions } from './embedded/reader.ts';
