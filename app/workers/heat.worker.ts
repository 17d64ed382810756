// The heat map's painter as a Web Worker.
import { expose } from 'comlink';
import { HeatPainter } from './heat.ts';

expose(new HeatPainter());
