import { expect, test } from 'vitest';
import { serveArguments } from './start.ts';

test('REPO becomes --repo wherever it stands, relative to where npm was called', () => {
  expect(serveArguments([], '/home/me')).toEqual(['serve']);
  expect(serveArguments(['--no-open'], '/home/me')).toEqual(['serve', '--no-open']);
  expect(serveArguments(['work', '--no-open', '--port', '8080'], '/home/me')).toEqual(['serve', '--repo', '/home/me/work', '--no-open', '--port', '8080']);
  expect(serveArguments(['--port', '8080', '/abs'], '/home/me')).toEqual(['serve', '--repo', '/abs', '--port', '8080']);
  expect(() => serveArguments(['a', 'b'], '/')).toThrow('One repository');
});
