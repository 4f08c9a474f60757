/** The core that both ways of serving use: method and path in, status, headers and bytes out. */

import { type Block, parseAddress } from '@cadastre/numbers'
import { pauseOf, type RegistryReader } from '@cadastre/reader'
import { innermost } from '@cadastre/records'
import { FAILED, fill, notAllowed, type RdapAnswer } from './answer.ts'
import { uniformBlock } from './answered-blocks.ts'
import { addressElsewhere } from './elsewhere.ts'
import { parseContactHandle } from './entity.ts'
import { commitmentsOf, FactsCache, type Needs } from './facts.ts'
import { viewHolder } from './holder.ts'
import { Addresses, proofQuery } from './links.ts'
import { isIp4Address, Moment } from './moment.ts'
import { finishFrame } from './notices.ts'
import { holderOf, representativeOf } from './objects.ts'
import * as render from './render.ts'
import { chainInForce, uncovered, zoneOf } from './subject.ts'
import { MAX_PATH, parseTarget, type Target } from './target.ts'
import { needsOf, needsOfZone, viewRegistration, viewZone } from './view.ts'

export type RdapOptions = {
  /** Page with the terms of use; the registry's front page without it. */
  readonly termsUrl?: string
  /** Page on which wrong data is reported; the registry's front page without it. */
  readonly inaccuracyUrl?: string
  /** Bytes of ready answers, of templates, and of blocks with their templates to keep, each at most. */
  readonly maxCacheBytes?: number
  /** Told of what should not happen: a store that fails, a bug. The request is answered all the same. */
  readonly onError?: (error: unknown) => void
}

export interface RdapHandler {
  /** `target` is what follows `/rdap`, with its query string: `/ip/192.0.2.1?…`. Never throws, never rejects. */
  handle(method: string, target: string): RdapAnswer | Promise<RdapAnswer>
}

/** An answer that may have to wait for facts: what it needs, and how it is rendered once they are there. */
type Rendering = {
  readonly needs: Needs
  readonly render: () => render.Template
  /** Under which name the template answers other queries too. */
  readonly key: string | null
  readonly query: string
}

const NOTHING: Needs = { entries: [], commitments: [] }

function asNow(template: render.Template, query: string = ''): Rendering {
  return { needs: NOTHING, render: () => template, key: null, query }
}

const IP = '/ip/'

/** The answer to an IPv4 address in a block whose answer is known: no look at the state, and nothing to keep. */
function atOnce(moment: Moment, path: string): RdapAnswer | undefined {
  if (!path.startsWith(IP)) return undefined
  const text = path.slice(IP.length)
  const address = parseAddress(text)
  if (!address.ok || address.value.space !== 'ip4') return undefined
  const template = moment.templateOf(Number(address.value.value))
  // A dotted quad has one spelling, so the text can stand in the answer.
  return template === undefined ? undefined : fill(template, text)
}

export class CachedRdapHandler implements RdapHandler {
  readonly #reader: RegistryReader
  readonly #options: RdapOptions
  readonly #facts: FactsCache
  #moment: Moment | null = null

  constructor(reader: RegistryReader, options: RdapOptions = {}) {
    this.#reader = reader
    this.#options = options
    this.#facts = new FactsCache(reader.store)
  }

  handle(method: string, target: string): RdapAnswer | Promise<RdapAnswer> {
    try {
      const moment = this.#now()
      if (method !== 'GET' && method !== 'HEAD') return notAllowed(moment.frame)
      const mark = target.indexOf('?')
      // Unknown query parameters are ignored (RFC 7480 section 4.3), and none is known.
      const path = mark < 0 ? target : target.slice(0, mark)
      return atOnce(moment, path) ?? moment.answers.get(path) ?? this.#answer(moment, path)
    } catch (error) {
      return this.#failed(error)
    }
  }

  #now(): Moment {
    const snapshot = this.#reader.snapshot()
    if (this.#moment?.snapshot === snapshot) return this.#moment
    const { info } = this.#reader
    const frame = finishFrame({
      info,
      publication: snapshot.publication,
      addresses: new Addresses(info.baseUrl),
      pause: pauseOf(snapshot),
      termsUrl: this.#options.termsUrl ?? `${info.baseUrl}/#terms`,
      inaccuracyUrl: this.#options.inaccuracyUrl ?? `${info.baseUrl}/#inaccuracy`,
    })
    this.#facts.forgetOpenings()
    this.#moment = new Moment(snapshot, frame, this.#options.maxCacheBytes)
    return this.#moment
  }

  #answer(moment: Moment, path: string): RdapAnswer | Promise<RdapAnswer> {
    const rendering = this.#rendering(moment, parseTarget(path))
    const missing = this.#facts.missing(rendering.needs)
    if (missing === null) return this.#finish(moment, path, rendering)
    return this.#facts
      .load(missing)
      .then(
        () => this.#finish(moment, path, rendering),
        (error: unknown) => {
          // What the store would have said is left out; it is asked again next time.
          this.#options.onError?.(error)
          return fill(rendering.render(), rendering.query)
        },
      )
      .catch((error: unknown) => this.#failed(error))
  }

  #finish(moment: Moment, path: string, { key, render: make, query }: Rendering): RdapAnswer {
    const template = make()
    if (key !== null) moment.keepTemplate(key, template)
    const answer = fill(template, query)
    if (path.length <= MAX_PATH) moment.keepAnswer(path, answer)
    return answer
  }

  #rendering(moment: Moment, target: Target): Rendering {
    const { frame } = moment
    switch (target.kind) {
      case 'numbers':
        return this.#numbers(moment, target.block)
      case 'entity':
        return this.#entity(moment, target.handle)
      case 'domain':
        return this.#domain(moment, target)
      case 'help':
        return asNow(render.renderHelp(frame))
      case 'refused':
        return asNow(render.renderError(frame, target.status, [target.description]))
    }
  }

  #numbers(moment: Moment, block: Block): Rendering {
    const { snapshot, frame } = moment
    const query = proofQuery(block)
    const path = chainInForce(snapshot, block)
    const found = innermost(path)
    const elsewhere =
      found?.registration.kind === 'moved-out' ? addressElsewhere(snapshot, found.registration, block) : null
    const arriving = found?.registration.procedure.startsWith('move-in/') === true
    if (elsewhere !== null) return asNow(render.renderElsewhere(frame, elsewhere, arriving))
    if (found === null || found.registration.kind === 'moved-out') {
      const subject = found === null ? uncovered(snapshot, block) : null
      if (subject?.kind === 'whole-space') return asNow(render.renderWholeSpace(frame, subject.space), query)
      const gone = arriving
        ? 'These numbers are on their way here from another registry, which answers for them until the move is final.'
        : 'These numbers have moved to another registry.'
      const said = found === null ? 'Not registered here.' : gone
      return this.#shared(moment, `404 ${block.space} ${said}`, block, found?.block ?? null, () => ({
        needs: NOTHING,
        render: () => render.renderAbsent(frame, block.space, said, found !== null),
      }))
    }
    const { id, first } = found.registration
    return this.#shared(moment, `${block.space} ${id} ${first}`, block, found.block, () => {
      const view = viewRegistration(snapshot, path, found)
      return { needs: needsOf(view), render: () => render.renderRegistration(frame, view, this.#facts) }
    })
  }

  /**
   * A rendering whose template is kept under a key. Once it serves a second query, it is kept for the block around the
   * address too; `inner` is the cell in which its record was found.
   */
  #shared(
    moment: Moment,
    key: string,
    block: Block,
    inner: Block | null,
    make: () => Pick<Rendering, 'needs' | 'render'>,
  ): Rendering {
    const query = proofQuery(block)
    const ready = moment.templates.get(key)
    if (ready === undefined) return { ...make(), key, query }
    if (isIp4Address(block)) {
      const whole = uniformBlock(moment.snapshot, block, inner)
      if (whole !== null) moment.keepBlock(whole, ready)
    }
    return asNow(ready, query)
  }

  #entity({ snapshot, frame }: Moment, handle: string | null): Rendering {
    const notFound = asNow(render.renderError(frame, 404, ['There is no entity of this handle.']))
    const holder = holderOf(snapshot, handle)
    if (holder !== null) {
      const view = viewHolder(snapshot, holder)
      const held = [...view.networks, ...view.autnums].map(({ registration }) => registration.since)
      const needs = { entries: [...new Set([holder.since, ...held])], commitments: commitmentsOf(holder) }
      return { needs, render: () => render.renderHolder(frame, view, this.#facts), key: null, query: '' }
    }
    const representative = representativeOf(snapshot, handle)
    if (representative !== null) return asNow(render.renderRepresentative(frame, representative))
    const named = handle === null ? null : parseContactHandle(handle)
    const owner = named === null ? null : holderOf(snapshot, named.holder)
    if (named === null || owner === null) return notFound
    return {
      needs: { entries: [], commitments: commitmentsOf(owner) },
      render: () => render.renderContact(frame, owner, named.index, this.#facts) ?? notFound.render(),
      key: null,
      query: '',
    }
  }

  #domain({ snapshot, frame }: Moment, { block }: Extract<Target, { kind: 'domain' }>): Rendering {
    if (block === null)
      return asNow(render.renderError(frame, 404, ['Only reverse zones are registered here.']))
    const zone = zoneOf(snapshot, block)
    const query = proofQuery(block)
    if (zone === null) {
      const covered = snapshot.chain(block).length > 0
      const said = 'No reverse zone is delegated here.'
      return asNow(render.renderAbsent(frame, block.space, said, covered), query)
    }
    const view = viewZone(snapshot, zone)
    return {
      needs: needsOfZone(view),
      render: () => render.renderZone(frame, view, this.#facts),
      key: null,
      query,
    }
  }

  #failed(error: unknown): RdapAnswer {
    this.#options.onError?.(error)
    return fill(FAILED, '')
  }
}
