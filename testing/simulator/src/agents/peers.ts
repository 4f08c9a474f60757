/**
 * Another registry, which states by signed notes what it records: numbers move out to it and in from it, some moves are
 * cancelled, some statements are late, about something else, or missing.
 */

import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner, signNote } from '@cadastre/notes'
import { peerHandle } from '@cadastre/procedures'
import {
  canonicalJson,
  type EvidenceItem,
  type Instant,
  type Json,
  type JsonObject,
  type Transit,
  type TransitState,
} from '@cadastre/records'
import { statementItem, statementText } from '@cadastre/signatures'
import type { Asking } from '../engine/engine.ts'
import { WORKLOAD_ORIGIN } from '../workload-registry.ts'
import { type Agent, rangeOf, type Scene, wish } from './agent.ts'
import { namedRegistration } from './holders.ts'

const ORIGIN = 'peer.example/log'
const signer = ed25519SignerFromSeed(nodeCrypto.sha256(new TextEncoder().encode('key of the peer')))
const POLICY = `log ${formatVkey(makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, signer.publicKey))}\nquorum none\n`
const note = noteSigner(nodeCrypto, ORIGIN, signer)

/** What the peer says of one of its transits. */
function statement(at: Instant, transit: Transit): EvidenceItem {
  const key = `obj/transit/${transit.handle}`
  const record: unknown = transit
  const text = statementText({ origin: ORIGIN, at, key }, canonicalJson(record as Json))
  return statementItem(POLICY, key, signNote(text, [note]))
}

export const peers: Agent = {
  name: 'peers',
  wish(scene) {
    const { chance, engine } = scene
    if (engine.lists.of('peer').size === 0 || chance.chance(0.05)) return listing(scene)
    switch (chance.weighted({ init: 3, out: 5, accept: 3, carry: 4 })) {
      case 'init':
        return departure(scene)
      case 'out':
        return progress(scene)
      case 'accept':
        return arrival(scene)
      case 'carry':
        return carried(scene)
    }
  },
}

function listing(scene: Scene): Asking {
  const { chance } = scene
  const body = {
    staff: 'OP-1',
    origin: chance.chance(0.9) ? ORIGIN : WORKLOAD_ORIGIN,
    policy: chance.chance(0.8) ? POLICY : `${POLICY}# ${chance.below(20)}\n`,
    rdap: null,
  }
  return wish('list-peer/1', body, scene.staff('OP-1'))
}

function departure(scene: Scene): Asking | null {
  const { chance } = scene
  const met = scene.met('holding')
  if (met === null) return null
  const holder = met.registration.holder ?? 'H-1'
  const body = {
    step: 'init',
    holder,
    registration: namedRegistration(met),
    range: scene.part(rangeOf(met), 0.7),
    recipient: { origin: chance.chance(0.95) ? ORIGIN : 'unlisted.example/log', holder: 'P-7' },
  }
  return wish('move-out/1', body, scene.signers(holder, 'full'), [scene.replacedRegistration(met)])
}

function anyTransit(scene: Scene, arriving: boolean): Transit | null {
  for (let tries = 0; tries < 4; tries++) {
    const transit = scene.read<Transit>(`obj/transit/${scene.pick('transit')}`)
    if (transit !== null && (transit.source.origin === ORIGIN) === arriving) return transit
  }
  return null
}

/** The peer has accepted, or somebody cancels. */
function progress(scene: Scene): Asking | null {
  const { chance, engine } = scene
  const transit = anyTransit(scene, false)
  if (transit === null) return null
  const by = transit.source.holder
  if (chance.chance(0.25))
    return wish('move-out/1', { step: 'cancel', transit: transit.handle, by }, scene.signers(by, 'full'))
  const there = `${peerHandle(WORKLOAD_ORIGIN, engine.state)}.${transit.handle}`
  const said: Transit = {
    ...transit,
    handle: there,
    state: chance.chance(0.9) ? 'recipientAccepted' : 'recipientCancelled',
    range: chance.chance(0.95) ? transit.range : '192.0.2.0/24',
  }
  const documents = chance.chance(0.9) ? [statement(scene.at, said)] : []
  const body = { step: 'finalize', transit: transit.handle }
  return { ...wish('move-out/1', body, scene.signers(by, 'full')), documents }
}

/** Numbers of the peer's own, which are none of ours. */
function arrival(scene: Scene): Asking | null {
  const { chance } = scene
  const holder = scene.anyHolder()
  if (holder === null) return null
  const number = chance.below(60)
  const range = chance.chance(0.9) ? `172.16.${number}.0/24` : '203.0.113.0/28'
  const said = setOut(`T-${1000 + number}`, 'sourceInitialized', holder.handle, range, scene.at)
  const documents = chance.chance(0.93) ? [statement(scene.at, said)] : []
  const body = { step: 'accept', origin: ORIGIN, transit: said.handle, holder: holder.handle, range }
  return { ...wish('move-in/1', body, scene.signers(holder.handle, 'full')), documents }
}

/** The peer says something else than what is asked for. */
export function clumsyPeer(scene: Scene): Asking | null {
  const holder = scene.anyHolder()
  if (holder === null) return null
  const said = setOut('T-999', 'sourceInitialized', holder.handle, '172.16.99.0/24', scene.at)
  const range = '172.16.98.0/24'
  const body = { step: 'accept', origin: ORIGIN, transit: said.handle, holder: holder.handle, range }
  const asked = wish('move-in/1', body, scene.signers(holder.handle, 'full'))
  return { ...asked, documents: [statement(scene.at, said)] }
}

/** The peer's keys change again and again. */
export function crowdedPeer(scene: Scene): Asking {
  const policy = `${POLICY}# ${scene.serial++}\n`
  return wish('list-peer/1', { staff: 'OP-1', origin: ORIGIN, policy, rdap: null }, scene.staff('OP-1'))
}

function setOut(handle: string, state: TransitState, holder: string, range: string, at: Instant): Transit {
  return {
    v: 1,
    handle,
    state,
    source: { origin: ORIGIN, holder: 'P-1' },
    recipient: { origin: WORKLOAD_ORIGIN, holder },
    range,
    status: 'allocated',
    country: 'BR',
    registered: '2011-05-01',
    registration: { key: 'ip4/172.16.0.0/16', id: 'R-1' },
    returning: false,
    consents: ['P-1'],
    notBefore: null,
    due: null,
    opened: at,
    pausedSeconds: 0,
    statement: null,
    since: 1,
  }
}

function carried(scene: Scene): Asking | null {
  const { chance } = scene
  const transit = anyTransit(scene, true)
  if (transit === null) return null
  const step = chance.chance(0.75) ? 'complete' : 'cancel'
  const [, ...rest] = transit.handle.split('.')
  const name = rest.join('.')
  const state = step === 'complete' ? 'sourceFinalized' : 'sourceCancelled'
  const said = setOut(name, state, transit.recipient.holder, transit.range, transit.opened)
  const body: JsonObject = { step, origin: ORIGIN, transit: name }
  const documents = chance.chance(0.93) ? [statement(scene.at, said)] : []
  return { ...wish('move-in/1', body, scene.signers(transit.recipient.holder, 'full')), documents }
}
