/** What the page shows, read from the document as the visitor sees it: text, not attributes, wherever there is text. */

import type { Shown } from './compare.ts'

function textOf(element: Element): string {
  return (element.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
}

function all(within: ParentNode, selector: string): readonly HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(selector)]
}

export function readPage(page: Document): Shown {
  const object = page.querySelector<HTMLElement>('[data-object]')
  const listing = page.querySelector<HTMLElement>('#listing')
  return {
    registrations: all(page, '[data-registration]').map((rung) => ({
      cell: rung.dataset['cell'] ?? '',
      facts: new Map(all(rung, '[data-fact]').map((fact) => [fact.dataset['fact'] ?? '', textOf(fact)])),
    })),
    services: all(page, '[data-service]').map((line) => ({
      block: line.dataset['service'] ?? '',
      line: textOf(line),
    })),
    object:
      object === null
        ? null
        : {
            rows: new Map(all(object, '[data-row]').map((row) => [row.dataset['row'] ?? '', textOf(row)])),
            lines: all(page, '[data-line]').map(textOf),
          },
    listing:
      listing === null
        ? null
        : {
            of: listing.dataset['of'] ?? '',
            count: Number(listing.dataset['count']),
            whole: listing.dataset['whole'] === 'true',
          },
  }
}

/** Holders named where the proof reaches: handle and name as shown. */
export function namedHolders(page: Document): readonly { readonly handle: string; readonly name: string }[] {
  return all(page, '.subject [data-name], #covers [data-name]').map((element) => ({
    handle: element.dataset['name'] ?? '',
    name: textOf(element),
  }))
}
