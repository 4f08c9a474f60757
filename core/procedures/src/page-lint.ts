/** What the published page of a procedure must not do: name a resource or a holder. Parties by name no lint can find. */

/** RFC 5737 and RFC 3849: addresses for documentation. */
const DOCUMENTATION = ['192.0.2.', '198.51.100.', '203.0.113.', '2001:db8:']
/** RFC 5398: AS numbers for documentation. */
const DOCUMENTATION_ASNS: readonly (readonly [first: number, last: number])[] = [
  [64496, 64511],
  [65536, 65551],
]

const IP4 = /(?<!\d|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/g
/** Five groups at least, or `::`: a time of day is no address. */
const IP6 = /(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{0,4}|(?<![\w:])(?:[0-9a-f]{1,4}:)+:[0-9a-f:]*/gi
const ASN = /\b(?:AS ?|as)(\d+)\b/g
/** Handles of holders, registrations, applications and moves, as `apply` gives them, and those of imported holders. */
const HANDLE = /\b(?:[HRAT]-\d+|IMP-[A-Z0-9-]+)\b/gi

/** The first resource or handle that the page names; null where it names none. */
export function namedOn(page: string): string | null {
  for (const pattern of [IP4, IP6])
    for (const [found] of page.matchAll(pattern))
      if (!DOCUMENTATION.some((start) => found.toLowerCase().startsWith(start))) return found
  for (const [found, digits] of page.matchAll(ASN)) {
    const number = Number(digits)
    if (!DOCUMENTATION_ASNS.some(([first, last]) => first <= number && number <= last)) return found
  }
  return page.match(HANDLE)?.[0] ?? null
}
