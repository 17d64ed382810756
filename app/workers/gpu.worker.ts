// The GPU as a Web Worker.
import { expose } from 'comlink';
import { Gpu } from './gpu/gpu.ts';
import { inDatabase } from './gpu/remembered.ts';

expose(new Gpu({ entry: (navigator as { gpu?: GPU }).gpu ?? null, remembered: inDatabase }));
