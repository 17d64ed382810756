// Layouts as a Web Worker.
import { expose } from 'comlink';
import { Layouter } from './layouter.ts';

expose(new Layouter());
