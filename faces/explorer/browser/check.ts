/** Fetches what a check needs, verifies it, and compares it with the page. */

import { growthTiles, keyQuery, provesGrowth, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { browserCrypto } from '@cadastre/crypto/browser'
import { differences, provedName } from './compare.ts'
import { checkpointOf, contradiction, type Keeper, recall, remember, type Seen } from './memory.ts'
import { namedHolders, readPage } from './read-page.ts'
import { readTrust, type Trust } from './trust.ts'

/** What the page asks to have checked. */
export type Task = {
  readonly key: string
  readonly proof: string
  readonly proofAt: string
  readonly size: number
}

export type Verdict =
  | {
      readonly state: 'proved'
      readonly answer: VerifiedAnswer
      readonly trust: Trust
      readonly document: string
      readonly names: ReadonlyMap<string, string | null>
      /** What this browser saw on an earlier visit, of which the log is proved to be a continuation; null at the first. */
      readonly grownFrom: Seen | null
    }
  /** Something is wrong; `forgettable` where a memory of an earlier visit is one side of it. */
  | {
      readonly state: 'refused'
      readonly headline: string
      readonly reasons: readonly string[]
      readonly forgettable: boolean
    }
  /** Nothing could be checked. */
  | { readonly state: 'unchecked'; readonly reason: string }

type Refused = Extract<Verdict, { readonly state: 'refused' }>

export function verify(trust: Trust, key: string, document: string): ReturnType<typeof verifyAnswer> {
  const query = keyQuery(browserCrypto, key)
  if (query === null) throw new TypeError(`not a key: ${key}`)
  // Any age: the page states the time, and a quiet register may have nothing newer to say.
  return verifyAnswer(browserCrypto, { trust: trust.policy, age: null }, query, document)
}

function refused(headline: string, reasons: readonly string[], forgettable = false): Refused {
  return { state: 'refused', headline, reasons, forgettable }
}

const FORGED = 'The proof that this server sent does not hold.'

/** Thrown where the network or the server gives nothing to check. */
class Unavailable extends Error {}

function request(path: string): Promise<Response> {
  return fetch(path, { cache: 'no-cache' }).catch((error: unknown) => {
    // The one error that `fetch` has: the network failed.
    if (error instanceof TypeError) throw new Unavailable(`${path} could not be fetched.`)
    throw error
  })
}

async function load(path: string): Promise<string> {
  const response = await request(path)
  if (!response.ok) throw new Unavailable(`${path} answered ${response.status}.`)
  return response.text()
}

export async function check(task: Task, page: Document, keeper: Keeper): Promise<Verdict> {
  try {
    return await checked(task, page, keeper)
  } catch (error) {
    if (error instanceof Unavailable) return { state: 'unchecked', reason: error.message }
    throw error
  }
}

async function checked(task: Task, page: Document, keeper: Keeper): Promise<Verdict> {
  const [description, newestText] = await Promise.all([load('/.well-known/cadastre.json'), load(task.proof)])
  const trust = readTrust(description)
  if (typeof trust === 'string') return refused('Nobody to trust.', [trust])
  const newest = verify(trust, task.key, newestText)
  if (!newest.ok) return refused(FORGED, [newest.error.detail])

  const now = checkpointOf(newestText, trust.vkey)
  if (now === null) throw new TypeError('a verified document has a checkpoint')
  const seen = recall(keeper)
  const broken = contradiction(seen, now)
  if (broken !== null) return refused('This does not fit what was seen before.', [broken], true)
  if (now.size < task.size)
    return refused('The log has shrunk.', [
      `This page is of ${task.size} entries, the newest proof of ${now.size}. A log only grows.`,
    ])
  if (seen !== null && !(await hasGrown(seen, now)))
    return refused(
      'This does not continue the log that was seen before.',
      [
        `On an earlier visit this browser saw ${seen.size} entries. The log of ${now.size} entries that is shown now does not begin with them: somebody is shown another history.`,
      ],
      true,
    )
  remember(keeper, seen, now)

  // The page may have been open for a while: then it is compared with the position that it states.
  const document = now.size === task.size ? newestText : await load(task.proofAt)
  const answer = now.size === task.size ? newest : verify(trust, task.key, document)
  if (!answer.ok) return refused(FORGED, [answer.error.detail])
  const wrong = differences(answer.value, readPage(page))
  if (wrong.length > 0) return refused('The page does not show what was proved.', wrong)
  const names = await provedNames(trust, answer.value, page)
  return 'state' in names
    ? names
    : { state: 'proved', answer: answer.value, trust, document, names: names.names, grownFrom: seen }
}

/** Whether the log at `now` begins with all that was seen: a consistency proof, made here from the log's own tiles. */
async function hasGrown(seen: Seen, now: Seen): Promise<boolean> {
  const tiles = await Promise.all(
    growthTiles(seen.size, now.size).map(async ({ path, full, bytes }) => {
      // A partial tile may be gone once the full one is there (C2SP tlog-tiles).
      const held = (await loadTile(path)) ?? (path === full ? null : await loadTile(full))
      if (held === null) throw new Unavailable(`/log/${path} is not there.`)
      return [path, held.slice(0, bytes)] as const
    }),
  )
  return provesGrowth(browserCrypto, seen, now, new Map(tiles))
}

/** Null where the server has none. */
async function loadTile(path: string): Promise<Uint8Array | null> {
  const response = await request(`/log/${path}`)
  if (response.status === 404) return null
  if (!response.ok) throw new Unavailable(`/log/${path} answered ${response.status}.`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Names are in the holders' own records, so each has a proof of its own, at the same position. */
async function provedNames(
  trust: Trust,
  { size, query }: VerifiedAnswer,
  page: Document,
): Promise<Refused | { readonly names: ReadonlyMap<string, string | null> }> {
  const names = new Map<string, string | null>()
  if (query.space === 'obj') return { names }
  for (const { handle, name } of namedHolders(page)) {
    if (!names.has(handle)) {
      const document = await load(`/proof/object/holder/${handle}?size=${size}`)
      const answer = verify(trust, `obj/holder/${handle}`, document)
      if (!answer.ok) return refused(FORGED, [`The record of ${handle}: ${answer.error.detail}`])
      names.set(handle, provedName(answer.value))
    }
    const proved = names.get(handle) ?? null
    if (proved !== name)
      return refused('The page does not show what was proved.', [
        `The name of ${handle} is proved to be “${proved ?? 'absent'}”, the page says “${name}”.`,
      ])
  }
  return { names }
}
