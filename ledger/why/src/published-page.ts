/** What a procedure's published page says: its title and the rows of its refusals (docs/procedures). */

export type PublishedPage = {
  readonly title: string
  /** By refusal code: when it is given, in the page's words. */
  readonly refusals: ReadonlyMap<string, string>
}

export function readPage(page: string): PublishedPage {
  const title = /^# (.+)$/m.exec(page)?.[1] ?? ''
  const section = /^##+ Refusals\b[^\n]*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)?.[1] ?? ''
  const rows = [...section.matchAll(/^\|\s*`([a-z0-9-]+)`\s*\|\s*(.*?)\s*\|\s*$/gm)]
  return { title, refusals: new Map(rows.map(([, code = '', when = '']) => [code, when])) }
}
