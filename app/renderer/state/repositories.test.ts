// Danger: a repository that cannot be told from another, is offered to itself, or is not found by what one calls it.
import { expect, test } from 'vitest';
import { rank } from '../commands/ranking.ts';
import { meant, others, showRepositories, useRepositories } from './repositories.ts';

const shown = (...paths: string[]) => {
  showRepositories(paths.map((repository) => ({ repository, isThere: true })));
  return useRepositories.getState().list;
};

test('a repository is called as its folder is', () => {
  const paths = ['/home/a/app', '/srv/git/app.git', '/', '/odd\\name', 'C:\\work\\App', '\\\\host\\share\\it', '/x/.git/'];
  expect(shown(...paths).map(({ name }) => name)).toEqual(['app', 'app', '/', 'odd\\name', 'App', 'it', '.git']);
});

test('the one that is shown is not offered', () => {
  expect(others(shown('/a', '/b'), '/a').map(({ repository }) => repository)).toEqual(['/b']);
  expect(others(shown('/a', '/b'), undefined)).toHaveLength(2);
});

test('it is found by its name, then by its place; nothing is offered before anything is typed', () => {
  const list = shown('/work/payments/web', '/home/web-tools', '/work/docs');
  const found = (query: string): string[] => meant(list, query, rank).map(({ name }) => name);
  expect(found('web')).toEqual(['web', 'web-tools']);
  expect(found('WT')).toEqual(['web-tools']);
  expect(found('work')).toEqual(['web', 'docs']);
  expect(found('payments/w')).toEqual(['web']);
  expect(found(' ')).toEqual([]);
  expect(found('zebra')).toEqual([]);
});
