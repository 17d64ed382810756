// The pairer as a Web Worker.
import { expose } from 'comlink';
import { Pairer } from './pairing.ts';

expose(new Pairer());
