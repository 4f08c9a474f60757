// Compares what README and docs/security.md claim with the tests that hold it.

/** The closed list of what a claim can be (procedures.md section 0, Guards). */
const CLASSES = ['prevented', 'convicted', 'only visible'] as const

export interface Claim {
  readonly claim: string
  /** Its class in words; several where it takes more than one, such as `prevented, convicted`. */
  readonly classes: readonly string[]
  readonly heldBy: readonly Holder[]
}

/** A test file, and the title of the test in it; null where the file as a whole holds the claim. */
interface Holder {
  readonly file: string
  readonly title: string | null
}

const HEADER = /^\| claim \| class \| held by \|$/

/** Rows of every table with the columns claim, class and held by. */
export function claimsIn(page: string): Claim[] {
  const claims: Claim[] = []
  let inside = false
  for (const line of page.split('\n')) {
    if (HEADER.test(line)) inside = true
    else if (!line.startsWith('|')) inside = false
    else if (inside && !/^\|[ -]*\|/.test(line)) claims.push(claimOf(line))
  }
  return claims
}

function claimOf(line: string): Claim {
  const [claim = '', classes = '', heldBy = ''] = line.slice(1, -1).split(' | ')
  return {
    claim: claim.trim(),
    classes: classes.split(',').map((one) => one.trim()),
    heldBy: [...heldBy.matchAll(/`([^`]+)`(?: “([^”]+)”)?/g)].map(([, file = '', title = null]) => ({
      file,
      title,
    })),
  }
}

/** What is wrong with a page's claims. `read` gives the text of a file of this project; null where there is none. */
export function unheldClaims(page: string, read: (file: string) => string | null): string[] {
  return claimsIn(page).flatMap(({ claim, classes, heldBy }) => [
    ...classes
      .filter((one) => !CLASSES.some((known) => known === one))
      .map((one) => `${claim}: class “${one}” is none of ${CLASSES.join(', ')}`),
    ...(heldBy.length === 0 ? [`${claim}: no test holds it`] : []),
    ...heldBy.flatMap((holder) => unheldBy(holder, read)).map((wrong) => `${claim}: ${wrong}`),
  ])
}

function unheldBy({ file, title }: Holder, read: (file: string) => string | null): string[] {
  if (!file.endsWith('.test.ts')) return [`${file} is no test`]
  const text = read(file)
  if (text === null) return [`there is no ${file}`]
  return title === null || text.includes(title) ? [] : [`${file} has no test “${title}”`]
}
