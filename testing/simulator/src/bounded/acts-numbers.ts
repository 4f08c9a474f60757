/** Acts on numbers: allocation, transfers, returns, delegations, services, moves between registries. */

import type { PeerStatement, SignedFeeNote } from '@cadastre/evidence'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  type JsonObject,
  peerHandleOf,
  type Transit,
} from '@cadastre/records'
import {
  actOf,
  hashOf,
  keyOf,
  NETWORKS,
  ORIGIN,
  PEER_HANDLE,
  PEER_ORIGIN,
  PEER_POLICY,
  type Wish,
} from './small-world.ts'
import type { Met, View } from './view.ts'

/** A wish and the holder whom it is about: whose keys must sign. */
export type Offered = { readonly wish: Wish; readonly whose: string | null }
export const offered = (wish: Wish, whose: string | null = null): Offered => ({ wish, whose })

export const PARTS: { readonly [network: string]: string } = {
  [NETWORKS.first]: '198.51.100.128/25',
  [NETWORKS.second]: '203.0.113.128/25',
  [NETWORKS.free]: '192.0.2.128/25',
}

const isHolding = ({ registration }: Met): boolean => registration.kind === 'holding'
const isIp4 = ({ key }: Met): boolean => key.startsWith('ip4/')
const isChild = ({ registration }: Met): boolean =>
  registration.kind === 'lease' || registration.kind === 'sub'

/** Holdings of somebody, of IPv4: all that the acts on numbers are tried on. */
export function holdings(view: View): readonly Met[] {
  return view.met.filter((met) => isHolding(met) && isIp4(met) && met.registration.holder !== null)
}
/** Those of them on which acts are tried that do not move them: all, or those of the first holders. */
export function tried(view: View): readonly Met[] {
  const handles = view.subjects.map(({ handle }) => handle)
  return holdings(view).filter(({ registration: { holder } }) => holder !== null && handles.includes(holder))
}
function children(view: View): readonly Met[] {
  return view.met.filter(isChild)
}
export const rangeOf = ({ registration: { first, last } }: Met): string => `${first} - ${last}`
const refOf = ({ key, registration: { id } }: Met): JsonObject => ({ key, id })

export function allocations(view: View): readonly Offered[] {
  return view.subjects.flatMap(({ handle }) => {
    const body = { holder: handle, pool: 'FREE', length: 24, block: null }
    const plain: Wish = { procedure: 'allocate/1', body, by: view.full(handle) }
    const note = feeNote(view, plain, handle)
    const full: Wish = { ...plain, body: { ...body, pool: 'SECOND' } }
    return [offered(plain, handle), offered({ ...plain, feeNotes: [note] }, handle), offered(full, handle)]
  })
}

/** The fees' key says that exactly this request was paid for. */
function feeNote(view: View, wish: Wish, holder: string): SignedFeeNote {
  const at = view.at as Instant
  const { request } = actOf(wish, at)
  const hash = Buffer.from(view.digest(canonicalJson(request)), 'hex').toString('base64')
  const signer = { name: `${ORIGIN}/fees`, key: keyOf('CASHIER').key }
  return {
    origin: ORIGIN,
    holder,
    act: 'allocate',
    request: hash,
    refusal: null,
    at,
    signer,
    staff: 'CASHIER',
  }
}

export function transfers(view: View): readonly Offered[] {
  return [...holdings(view), ...children(view)].flatMap((met) => {
    const from = met.registration.holder
    return view.living
      .filter(({ handle }) => handle !== from)
      .flatMap(({ handle: to }) => {
        const by = [...view.full(from), ...view.full(to)]
        const part = PARTS[met.key.slice(4)]
        return [rangeOf(met), ...(part === undefined ? [] : [part])].map((range) => {
          const body = { step: 'offer', from: from ?? '', to, registration: refOf(met), range, services: [] }
          return offered({ procedure: 'transfer/1', body, by, replaces: [view.names(met)] }, from)
        })
      })
  })
}

export function returns(view: View): readonly Offered[] {
  return [...holdings(view), ...children(view)].map((met) => {
    const { holder } = met.registration
    const body = { step: 'offer', holder: holder ?? '', registration: refOf(met), range: rangeOf(met) }
    return offered(
      { procedure: 'return/1', body, by: view.full(holder), replaces: [view.names(met)] },
      holder,
    )
  })
}

export function delegations(view: View): readonly Offered[] {
  const grants = holdings(view).flatMap((met) => {
    const parent = met.registration.holder
    const child = view.other(parent)
    const range = PARTS[met.key.slice(4)]
    if (child === null || range === undefined) return []
    return [true, false].map((isProtected) => {
      const until = addSeconds(view.at as Instant, 100 * 86400)
      const terms = { kind: 'lease', status: 'assigned', until, protected: isProtected, country: null }
      const body = {
        step: 'grant',
        parent: parent ?? '',
        registration: refOf(met),
        range,
        child: child.handle,
        ...terms,
      }
      const by = isProtected ? [...view.full(parent), ...view.full(child.handle)] : view.full(parent)
      return offered({ procedure: 'delegate/1', body, by, replaces: [view.names(met)] }, parent)
    })
  })
  const ends = children(view).flatMap((met) => {
    const around = view.met.filter(
      ({ key, registration }) => registration.kind === 'holding' && key === holdingKey(met),
    )
    const enders = [met.registration.holder, ...around.map(({ registration }) => registration.holder)]
    return enders.map((by) => {
      const body = { step: 'end', registration: refOf(met), by: by ?? '' }
      return offered({ procedure: 'delegate/1', body, by: view.full(by), replaces: [view.names(met)] }, by)
    })
  })
  return [...grants, ...ends]
}

const holdingKey = ({ registration: { first } }: Met): string => `ip4/${first.replace(/\.\d+$/, '.0')}/24`

export function services(view: View): readonly Offered[] {
  return [...holdings(view), ...children(view)].flatMap((met) => {
    const { holder } = met.registration
    const stands = view.value<{ routes: readonly unknown[] }>(met.key)?.routes.length ?? 0
    const body = {
      holder: holder ?? '',
      at: met.key,
      service: { kind: 'route', origin: 64496 },
      action: stands > 0 ? 'remove' : 'set',
    }
    const by = view.narrow(holder, 'routing')
    return [offered({ procedure: 'declare-service/1', body, by, replaces: [view.names(met)] }, holder)]
  })
}

const ARRIVING = '2001:db8::/32'
const THERE = { origin: PEER_ORIGIN, holder: 'H-90' } as const

export function movesOut(view: View): readonly Offered[] {
  const starts = holdings(view).map((met) => {
    const { holder } = met.registration
    const body = {
      step: 'init',
      holder: holder ?? '',
      registration: refOf(met),
      range: rangeOf(met),
      recipient: THERE,
    }
    return offered(
      { procedure: 'move-out/1', body, by: view.full(holder), replaces: [view.names(met)] },
      holder,
    )
  })
  const going = transits(view).filter(({ handle }) => handle.startsWith('T-'))
  const goes = going.flatMap((transit) => {
    const { handle, source } = transit
    const own = peerHandleOf(view.digest(ORIGIN))
    const said: Transit = {
      ...transit,
      handle: `${own}.${handle}`,
      state: 'recipientAccepted',
      consents: ['H-90'],
      statement: null,
    }
    const final = { procedure: 'move-out/1', body: { step: 'finalize', transit: handle } }
    const cancel = { step: 'cancel', transit: handle, by: source.holder }
    return [
      offered({ ...final, by: [], statements: [statement(view, said)] }),
      offered({ ...final, by: [] }),
      offered({ ...final, by: [], statements: [statement(view, { ...said, range: NETWORKS.free })] }),
      offered({ procedure: 'move-out/1', body: cancel, by: view.full(source.holder) }, source.holder),
    ]
  })
  return [...starts, ...goes]
}

function transits(view: View): readonly Transit[] {
  return view.all('transit')
}

function statement(view: View, record: Transit): PeerStatement {
  return {
    origin: PEER_ORIGIN,
    policy: PEER_POLICY,
    at: view.at as Instant,
    key: `obj/transit/${record.handle}`,
    record: record as Json,
    hash: hashOf(`${record.handle} ${record.state} ${record.range}`),
    checkpoint: null,
  }
}

/** What the peer says of numbers that leave it for this holder; the handle is that of its own entry. */
function leaving(view: View, holder: string, state: Transit['state'], range = ARRIVING): PeerStatement {
  return statement(view, {
    v: 1,
    handle: 'T-7',
    state,
    source: THERE,
    recipient: { origin: ORIGIN, holder },
    range,
    status: 'assigned',
    country: 'BR',
    registered: '2013-05-01',
    registration: { key: 'ip6/2001:db8::/32', id: 'R-5' },
    returning: false,
    consents: ['H-90'],
    notBefore: null,
    due: addSeconds(view.at as Instant, 14 * 86400),
    opened: view.at as Instant,
    pausedSeconds: 0,
    statement: null,
    since: 7,
  })
}

export function movesIn(view: View): readonly Offered[] {
  const holder = view.living.at(-1)?.handle ?? ''
  const accept = { step: 'accept', origin: PEER_ORIGIN, transit: 'T-7', holder }
  const by = view.full(holder)
  const starts = [ARRIVING, NETWORKS.second, NETWORKS.free].map((range) => {
    const statements = [leaving(view, holder, 'sourceInitialized', range)]
    return offered({ procedure: 'move-in/1', body: { ...accept, range }, by, statements }, holder)
  })
  const here = view.value<Transit>(`obj/transit/${PEER_HANDLE}.T-7`)
  if (here === null) return starts
  const carried = (step: string, state: Transit['state'] | null): Offered => {
    const statements = state === null ? [] : [leaving(view, here.recipient.holder, state, here.range)]
    return offered({
      procedure: 'move-in/1',
      body: { step, origin: PEER_ORIGIN, transit: 'T-7' },
      by: [],
      statements,
    })
  }
  return [
    ...starts,
    carried('complete', 'sourceFinalized'),
    carried('complete', null),
    carried('complete', 'sourceInitialized'),
    carried('cancel', 'sourceCancelled'),
  ]
}
