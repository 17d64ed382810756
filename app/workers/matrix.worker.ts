// The matrix's painter as a Web Worker.
import { expose } from 'comlink';
import { MatrixPainter } from './matrix.ts';

expose(new MatrixPainter());
