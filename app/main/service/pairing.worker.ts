// The pairer as a thread of the service.
import { expose } from 'comlink';
import { workerEndpoint } from './threads.ts';
import { Pairer } from '../../workers/pairing.ts';

expose(new Pairer(), workerEndpoint());
