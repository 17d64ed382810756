// Where the sample repository lies, made the first time it is wanted.
import path from 'node:path';
import { dataFolder } from './place.ts';
import { writeSample } from './sample.ts';

export async function sampleRepository(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = path.join(dataFolder(env), 'sample');
  await writeSample(folder);
  return folder;
}
