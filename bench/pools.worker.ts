// The work of bench/pools.bench.ts as a thread.
import { expose } from 'comlink';
import { workerEndpoint } from '../app/main/service/threads.ts';
import { Comparer } from './poolsWork.ts';

expose(new Comparer(), workerEndpoint());
