// What an ACU is called where there is little room: of a pull or merge request its number and what it is about, not the ref's path around them.

const REQUEST = /^(?:.*\/)?(?:pull|pull-requests|(merge-requests))\/(\d+)\/(?:head|merge|from)$/;

/** Number with its sign and title of a request, null of anything else. */
export function requestOf({ name, title }: { readonly name: string; readonly title: string }): { readonly number: string; readonly title: string } | null {
  const found = REQUEST.exec(name);
  return found === null ? null : { number: `${found[1] === undefined ? '#' : '!'}${found[2]!}`, title };
}

export function shortName(row: { readonly name: string; readonly title: string }): string {
  const request = requestOf(row);
  return request === null ? row.name : `${request.number} ${request.title}`.trimEnd();
}
