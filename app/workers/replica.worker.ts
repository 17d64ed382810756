// The replica as a Web Worker.
import { expose } from 'comlink';
import { Replica } from './replica.ts';

expose(new Replica());
