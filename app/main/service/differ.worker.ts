// Line differences as a thread of the service.
import { expose } from 'comlink';
import { Differ } from '../../workers/differ.ts';
import { workerEndpoint } from './threads.ts';

expose(new Differ(), workerEndpoint());
