/** One small whole log: founded, imported, opened; holders, allocations, services, transfers, refusals, due acts. */

import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  encodeBundle,
  entriesPath,
  readTileBytes,
  tilePath,
  tilesForSize,
} from '@cadastre/merkle'
import { genesisBodies, PROFILES } from '@cadastre/procedures'
import { type JsonObject, secondsOf } from '@cadastre/records'
import { memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import { frameOf } from './answers.ts'
import { PASSKEY_PUBLIC } from './evidence.ts'
import { jsonOf, LogMaker } from './log-maker.ts'
import {
  LOG_VKEY,
  ORIGIN,
  policyText,
  RECEIPT_VKEY,
  sha256Base64,
  testEs256Signer,
  testSigner,
} from './shared.ts'
import { readerOf } from './tree.ts'

const OPERATOR: Signer = testSigner(61)
export const ALICE: Signer = testSigner(62)
const BOB: Signer = testSigner(63)
const CAROL: Signer = testEs256Signer(64)
const DAVE: Signer = testSigner(65)

const PROCEDURE_IDS = [
  'allocate/1',
  'confirm/1',
  'declare-service/1',
  'delegate/1',
  'genesis/1',
  'identify-holder/1',
  'import/1',
  'open/1',
  'return/1',
  'transfer/1',
  'update-holder/1',
]

function genesisBody(): JsonObject {
  return {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'XX',
    profile: 'community',
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(OPERATOR.publicKey),
        outside: false,
      },
    ],
    pools: [
      { handle: 'IP4', space: 'ip4', range: '198.51.100.0/24', open: true },
      { handle: 'IP6', space: 'ip6', range: '2001:db8::/32', open: true },
      { handle: 'ASN', space: 'asn', range: 'AS64496 - AS64511', open: false },
    ],
    reserved: ['192.0.2.0/25'],
    witnessPolicy: '',
    roots: [],
    statement: 'Founded for these vectors.',
  }
}

/** The genesis and two parts of its procedures. */
function foundingBodies(): readonly JsonObject[] {
  const procedures = PROCEDURE_IDS.map((id) => ({
    id,
    text: sha256Base64(encodeUtf8(`the published text of ${id}`)),
    parameters: PROFILES.community[id] ?? {},
  }))
  const parts = [procedures.slice(0, 6), procedures.slice(6)]
  return genesisBodies(genesisBody(), parts, 'OPERATOR', (member) => memberHashOf(nodeCrypto, member))
}

const ROLES = ['full', 'routing', 'technical']
const enrolled = (key: Signer): JsonObject => ({
  alg: key.algorithm,
  key: encodeBase64(key.publicKey),
  roles: ROLES,
})

function identifyBody(name: string, keys: readonly JsonObject[], m = 1): JsonObject {
  const commitment = sha256Base64(encodeUtf8(`a commitment of ${name}`))
  return {
    kind: 'organisation',
    name,
    register: null,
    person: null,
    country: null,
    policy: { m, keys, guardians: [] },
    contacts: [{ role: 'technical', kind: 'group', fields: { email: commitment } }],
    attestors: [],
  }
}

const row = (family: string, start: string, count: number, holder: string): string =>
  `example|XX|${family}|${start}|${count}|20130501|allocated|${holder}`

/** Entries 0 to 8: genesis and its procedures, an import of two rows, open. */
function found(log: LogMaker): void {
  for (const body of foundingBodies()) log.found('genesis/1', body, OPERATOR)
  log.commit()
  log.advance(10)
  const base = { staff: 'OPERATOR', source: 'EXAMPLE' }
  const file = 'delegated-example-20300101'
  const manifest = {
    ...base,
    step: 'manifest',
    file,
    sha256: sha256Base64(encodeUtf8(file)),
    rows: 2,
    nested: false,
    attribution: 'Example, CC0',
  }
  log.found('import/1', manifest, OPERATOR)
  const raws = [row('ipv4', '203.0.113.0', 192, 'A1'), row('asn', '64600', 2, 'A2')]
  const rows = raws.map((raw, n) => ({ line: n + 2, raw }))
  log.found('import/1', { ...base, step: 'chunk', from: 0, rows }, OPERATOR)
  log.found('import/1', { ...base, step: 'end' }, OPERATOR)
  log.found('open/1', { staff: 'OPERATOR' }, OPERATOR)
  log.commit()
}

type Holders = { readonly alice: string; readonly bob: string; readonly carol: string; readonly dave: string }

function identify(log: LogMaker): Holders {
  log.advance(60)
  const alice = log.act('identify-holder/1', identifyBody('Alice Networks', [enrolled(ALICE)]), [ALICE])
  const bob = log.act('identify-holder/1', identifyBody('Bob Netze „Süd“', [enrolled(BOB)]), [BOB])
  const carol = log.act('identify-holder/1', identifyBody('Carol Kabel', [enrolled(CAROL)]), [CAROL])
  log.commit()
  log.advance(1)
  const passkey = { alg: 'webauthn', key: encodeBase64(PASSKEY_PUBLIC), roles: ROLES }
  const request = log.request('identify-holder/1', identifyBody('Dave', [enrolled(DAVE), passkey], 2))
  const text = requestText(request)
  const dave = log.log(request, [signRequest(text, DAVE), log.assert(request)], log.receipt(text))
  // The same key is the same identity; a key that does not sign is not enrolled.
  log.act('identify-holder/1', identifyBody('Alice again', [enrolled(ALICE)]), [ALICE])
  log.act('identify-holder/1', identifyBody('Erin', [enrolled(testSigner(66))]), [ALICE])
  log.commit()
  return { alice: `H-${alice}`, bob: `H-${bob}`, carol: `H-${carol}`, dave: `H-${dave}` }
}

type Numbers = { readonly four: string; readonly six: string }

function allocate(log: LogMaker, { alice, bob, carol, dave }: Holders): Numbers {
  const wish = (holder: string, pool: string, length: number, block: string | null = null): JsonObject => ({
    holder,
    pool,
    length,
    block,
  })
  log.advance(30)
  const four = `R-${log.act('allocate/1', wish(alice, 'IP4', 26), [ALICE])}`
  log.act('allocate/1', wish(bob, 'IP4', 27), [BOB])
  log.act('allocate/1', wish(alice, 'IP4', 26), [BOB])
  log.act('allocate/1', wish(carol, 'ASN', 32), [CAROL])
  log.commit()
  log.advance(1)
  const six = `R-${log.act('allocate/1', wish(bob, 'IP6', 48, 'ip6/2001:db8:1::/48'), [BOB])}`
  log.act('allocate/1', wish(alice, 'IP6', 48, 'ip6/2001:db8:1::/48'), [ALICE])
  log.act('allocate/1', wish(dave, 'IP4', 7), [DAVE])
  log.act('allocate/1', { holder: dave }, [DAVE])
  const request = log.request('allocate/1', wish(dave, 'IP4', 28))
  const text = requestText(request)
  log.log(request, [signRequest(text, DAVE), log.assert(request)], log.receipt(text))
  log.commit()
  return { four, six }
}

const FOUR = 'ip4/198.51.100.0/26'

function declare(log: LogMaker, { alice, bob }: Holders, { four, six }: Numbers): void {
  log.advance(5)
  const declared = (
    holder: string,
    at: string,
    key: string,
    id: string,
    service: JsonObject,
    signer: Signer,
  ): number =>
    log.act('declare-service/1', { holder, at, service, action: 'set' }, [signer], {
      replaces: [log.names(key, id)],
    })
  declared(alice, FOUR, FOUR, four, { kind: 'route', origin: 64496 }, ALICE)
  declared(alice, 'ip4/198.51.100.0/27', FOUR, four, { kind: 'roa', asn: 64496, maxLength: 28 }, ALICE)
  declared(bob, FOUR, FOUR, four, { kind: 'route', origin: 64497 }, BOB)
  declared(alice, FOUR, FOUR, four, { kind: 'roa', asn: 64496, maxLength: 8 }, ALICE)
  log.commit()
  log.advance(5)
  const rdns = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] }
  const cell = 'ip6/2001:db8:1::/48'
  const zone = { member: `${cell}#rdns`, hash: null }
  log.act('declare-service/1', { holder: bob, at: cell, service: rdns, action: 'set' }, [BOB], {
    replaces: [log.names(cell, six), zone],
  })
  log.commit()
}

/** A lease that ends at its term, a transfer at once, one that cools and takes effect, one that is withdrawn. */
function delegateAndTransfer(log: LogMaker, { alice, bob, carol }: Holders, { four }: Numbers): void {
  log.advance(5)
  const until = '2030-01-03T00:00:00Z'
  const lease = {
    step: 'grant',
    parent: alice,
    registration: { key: FOUR, id: four },
    range: '198.51.100.48/28',
    child: carol,
    kind: 'lease',
    status: 'assigned',
    until,
    protected: false,
    country: null,
  }
  log.act('delegate/1', lease, [ALICE], { replaces: [log.names(FOUR, four)] })
  log.commit()
  log.advance(5)
  const offer = (key: string, range: string): JsonObject => ({
    step: 'offer',
    from: alice,
    to: bob,
    registration: { key, id: four },
    range,
    services: [],
  })
  const naming = (key: string): { readonly replaces: ReturnType<LogMaker['names']>[] } => ({
    replaces: [log.names(key, four)],
  })
  log.act('transfer/1', offer(FOUR, '198.51.100.0/27'), [ALICE], naming(FOUR))
  log.act('transfer/1', offer(FOUR, '198.51.100.0/27'), [ALICE, BOB], naming(FOUR))
  log.commit()
  log.advance(5)
  log.act('update-holder/1', { change: 'cooling', holder: alice, coolingSeconds: 7200 }, [ALICE], {
    replaces: [{ member: `obj/holder/${alice}#coolingSeconds`, hash: null }],
  })
  log.commit()
  log.advance(5)
  const kept = 'ip4/198.51.100.32/27'
  const first = log.act('transfer/1', offer(kept, '198.51.100.32/28'), [ALICE, BOB], naming(kept))
  log.commit()
  log.advance(5)
  log.act('transfer/1', { step: 'withdraw', application: `A-${first}`, by: bob }, [BOB])
  log.commit()
  log.advance(5)
  const second = log.act('transfer/1', offer(kept, '198.51.100.32/28'), [ALICE, BOB], naming(kept))
  log.commit()
  log.advance(7200)
  log.due('transfer/1', `obj/application/A-${second}`)
  log.act('confirm/1', { holder: bob }, [BOB])
  log.commit()
  log.at = '2030-01-03T00:00:00Z' as LogMaker['at']
  log.due('delegate/1', 'ip4/198.51.100.48/28')
  log.commit()
}

/** Refusals that look at nothing or at little; numbers given back; a late bird. */
function end(log: LogMaker, { alice, bob, carol }: Holders, { six }: Numbers): void {
  log.advance(60)
  const confirm = (holder: string): JsonObject => ({ holder })
  const request = log.request('confirm/1', confirm(alice))
  const stolen = signRequest(requestText(log.request('confirm/1', confirm(bob))), ALICE)
  log.log(request, [stolen], log.receipt(requestText(request)))
  log.act('confirm/1', confirm(alice), [ALICE], { origin: 'another.example/log' })
  log.act('confirm/1', confirm(alice), [ALICE], { expires: '2030-01-01T00:00:00Z' as LogMaker['at'] })
  log.act('no-such/1', {}, [ALICE])
  log.act('confirm/1', confirm('H-999'), [CAROL])
  log.act('confirm/1', confirm(carol), [CAROL])
  log.commit()
  log.advance(60)
  const cell = 'ip6/2001:db8:1::/48'
  const given = log.act(
    'return/1',
    { step: 'offer', holder: bob, registration: { key: cell, id: six }, range: '2001:db8:1:8000::/49' },
    [BOB],
    { replaces: [log.names(cell, six)] },
  )
  log.commit()
  log.advance(14 * 86_400)
  log.due('return/1', `obj/application/A-${given}`)
  log.act('allocate/1', { holder: alice, pool: 'ASN', length: 32, block: null }, [ALICE])
  log.commit()
}

export type WholeLog = { readonly log: LogMaker; readonly holders: Holders }

/** The log; deterministic. */
export function wholeLog(): WholeLog {
  const log = new LogMaker()
  found(log)
  const holders = identify(log)
  const numbers = allocate(log, holders)
  declare(log, holders, numbers)
  delegateAndTransfer(log, holders, numbers)
  end(log, holders, numbers)
  return { log, holders }
}

/** Checkpoint notes of every batch, each cosigned a second after its state entry. */
function checkpointsOf(entries: readonly Uint8Array[]): { readonly size: number; readonly note: string }[] {
  const texts = entries.map((bytes) => new TextDecoder().decode(bytes))
  return texts.flatMap((text, index) => {
    const { t, at } = jsonOf(encodeUtf8(text))
    if (t !== 'state' || typeof at !== 'string') return []
    const time = secondsOf(at as LogMaker['at']) + 1
    const { checkpoint } = frameOf(texts.slice(0, index + 1), { times: [time, time + 1, null] })
    return [{ size: index + 1, note: checkpoint }]
  })
}

/** The public files of the log, by path. */
export function publicFiles(entries: readonly Uint8Array[]): ReadonlyMap<string, Uint8Array> {
  const checkpoint = encodeUtf8(checkpointsOf(entries).at(-1)?.note ?? '')
  return new Map([['checkpoint', checkpoint], ...treeFiles(entries)])
}

/** The tiles and bundles of a log, whatever its entries are. */
export function treeFiles(entries: readonly Uint8Array[]): ReadonlyMap<string, Uint8Array> {
  const size = entries.length
  const read = readerOf(entries)
  const files = new Map<string, Uint8Array>()
  for (const tile of tilesForSize(size))
    files.set(tilePath(tile.level, tile.index, tile.width), readTileBytes(read, tile))
  for (const { index, width } of bundlesForSize(size))
    files.set(entriesPath(index, width), encodeBundle(entries.slice(index * 256, index * 256 + width)))
  return files
}

/** What stands beside the public files. */
export function logDescription({ log }: WholeLog): object {
  return {
    origin: ORIGIN,
    vkey: LOG_VKEY,
    receiptKey: RECEIPT_VKEY,
    policy: policyText(),
    checkpoints: checkpointsOf(log.entries),
    receipts: log.receipts,
  }
}
