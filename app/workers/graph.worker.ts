// The graph's painter as a Web Worker.
import { expose } from 'comlink';
import { GraphPainter } from './graph.ts';

expose(new GraphPainter());
