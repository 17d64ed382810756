// Collaboration as a Web Worker.
import { expose } from 'comlink';
import { Collaborator } from './collaborator.ts';

expose(new Collaborator());
