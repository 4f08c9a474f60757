// Compares the procedures of the code with their published pages.

/** What the code says of one procedure. */
export interface CodedProcedure {
  /** `transfer/1` */
  readonly id: string
  /** In order of precedence. */
  readonly refusals: readonly string[]
}

/** The published pages: file name without `.md`, to its text. */
export type Pages = ReadonlyMap<string, string>

/** The codes in the first column of the table under the page's heading "Refusals", in the page's order. */
export function refusalsOf(page: string): string[] {
  const section = /^##+ Refusals\b[^\n]*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)?.[1] ?? ''
  return [...section.matchAll(/^\|\s*`([a-z0-9-]+)`\s*\|/gm)].map(([, code = '']) => code)
}

const kindOf = (id: string): string => id.split('/')[0] ?? id

/** Every difference between code and pages: kinds, refusals and their order, both ways. */
export function differences(coded: readonly CodedProcedure[], pages: Pages): string[] {
  const kinds = new Set(coded.map(({ id }) => kindOf(id)))
  const found = [...pages.keys()]
    .filter((kind) => !kinds.has(kind))
    .map((kind) => `${kind}: a page, but no procedure`)
  for (const { id, refusals } of coded) {
    const page = pages.get(kindOf(id))
    if (page === undefined) {
      found.push(`${id}: no page docs/procedures/${kindOf(id)}.md`)
      continue
    }
    if (!page.includes(`\`${id}\``)) found.push(`${id}: its page does not name this version`)
    const published = refusalsOf(page)
    found.push(
      ...refusals
        .filter((code) => !published.includes(code))
        .map((code) => `${id}: ${code}: not on its page`),
    )
    found.push(
      ...published
        .filter((code) => !refusals.includes(code))
        .map((code) => `${id}: ${code}: only on its page`),
    )
    const both = published.filter((code) => refusals.includes(code))
    if (both.join() !== refusals.filter((code) => published.includes(code)).join()) {
      found.push(`${id}: code and page differ in the order of precedence: ${refusals.join(' ')}`)
    }
  }
  return found
}
