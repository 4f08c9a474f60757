/**
 * A whole registry with an order desk, on a clock of its own: attestors with keys, a notices service, courts whose
 * seals OpenSSL makes, and the parts of the server that answer the public.
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createPortal } from '@cadastre/api'
import { auditLog, directorySource, renderText } from '@cadastre/audit'
import { IN_2045, testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import type { Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { reportHash, verifyDocument } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'
import { createExplorer } from '@cadastre/explorer'
import { parsePolicy } from '@cadastre/notes'
import { parseBlockKey } from '@cadastre/numbers'
import { createRdapHandler } from '@cadastre/rdap'
import {
  type Application,
  innermost,
  type JsonObject,
  type Notes,
  type ObjectType,
  ORDER_EFFECTS,
  type OrderRecord,
  type Registration,
  type Replaced,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { Statistics, type StatisticsReport } from '@cadastre/statistics'
import { whoisText } from '@cadastre/whois'
import { StateFollower } from '@cadastre/why'

const DAY = 86_400
const authority = testAuthority()
const roots = [authority.certificate('root')]

export const hash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('base64')

const CLERKS = ['CL-1', 'CL-2', 'CL-3', 'CL-4'].map((handle, place) => ({
  handle,
  signer: generateEd25519Signer(),
  outside: place % 2 === 0,
}))

/** The order as its court sends it: a PDF whose seal OpenSSL makes. No two are the same. */
function sealed(reference: string): Uint8Array {
  const text = { 50: { entries: '/Type /XObject', bytes: Buffer.from(reference) } }
  const seal = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'rsa', ['-binary', '-cades'])
  return pdf.sign(pdf.update(pdf.document(), text), seal, { subFilter: 'ETSI.CAdES.detached' })
}

/** What the desk's machine says of the document, as `serve-order` takes it. */
function authenticity(document: Uint8Array): JsonObject {
  const report = verifyDocument({ document, roots, at: IN_2045 }, nodeDocumentPort)
  assert.equal(report.answer, 'authentic', report.code ?? '')
  const [by] = report.sealedBy
  assert.ok(by)
  return { means: 'seal', ...by, report: reportHash(report, nodeDocumentPort) }
}

export class OrderDesk {
  readonly registry: TestRegistry
  readonly #notifier: Signer
  readonly #explorer: ReturnType<typeof createExplorer>

  private constructor(registry: TestRegistry, notifier: Signer) {
    this.registry = registry
    this.#notifier = notifier
    const { reader } = registry
    this.#explorer = createExplorer({
      info: reader.info,
      ...createPortal(reader),
      procedures: new Map(),
      statistics: async () => ({ kind: 'ready', value: await this.report() }),
      why: async () => ({ kind: 'none', detail: '' }),
      examples: [],
      failed: (error) => assert.fail(String(error)),
    })
  }

  static async open(pool: string): Promise<OrderDesk> {
    const notifier = generateEd25519Signer()
    const root = authenticity(sealed('a sample'))['root']
    const registry = await startTestRegistry({
      start: IN_2045,
      clerks: CLERKS,
      notifier,
      roots: [{ name: 'Test Authority', certificate: String(root) }],
      pools: [{ handle: 'IP4', space: 'ip4', range: pool, open: true }],
    })
    return new OrderDesk(registry, notifier)
  }

  close(): Promise<void> {
    return this.registry.close()
  }

  record<T>(type: ObjectType, handle: string): T {
    const found = this.registry.reader.snapshot().object(type, handle)
    assert.ok(found, `${type} ${handle}`)
    return found as T
  }
  order(handle: string): OrderRecord {
    return this.record('order', handle)
  }
  /** The innermost registration at a block. */
  heldAt(prefix: string): Registration {
    const block = parseBlockKey(`ip4/${prefix}`)
    assert.ok(block.ok)
    const found = innermost(this.registry.reader.snapshot().chain(block.value))
    assert.ok(found)
    return found.registration
  }
  notes(id: string): Notes | null {
    return this.registry.reader.snapshot().object('notes', id) as Notes | null
  }

  /** Days go by; what has fallen due meanwhile is written. */
  async later(days: number): Promise<void> {
    this.registry.advance(days * DAY)
    // Any request begins a batch, and what is due goes first.
    await this.ask('confirm/1', { holder: 'H-0' }, [], this.registry.operator)
  }

  /** The refusal; null where it was accepted. */
  async ask(
    procedure: string,
    body: JsonObject,
    replaces: readonly Replaced[],
    ...signers: readonly Signer[]
  ): Promise<string | null> {
    const entry = await this.registry.act(this.registry.request(procedure, body, replaces), signers)
    const outcome = entry['outcome'] as JsonObject
    return outcome['accepted'] === true ? null : String(outcome['refusals'])
  }

  /** Effects of an act that must be accepted; the handle of the object of this type that it made. */
  async #made(
    type: string,
    procedure: string,
    body: JsonObject,
    ...signers: readonly Signer[]
  ): Promise<string> {
    const effects = await this.registry.accepted(this.registry.request(procedure, body), signers)
    const key = [...effects.keys()].find((one) => one.startsWith(`obj/${type}/`))
    assert.ok(key, `${procedure} made no ${type}`)
    return key.slice(`obj/${type}/`.length)
  }

  async allocate(holder: TestHolder, block: string): Promise<void> {
    const length = Number(block.split('/')[1])
    const body = { holder: holder.handle, pool: 'IP4', length, block: `ip4/${block}` }
    assert.equal(await this.ask('allocate/1', body, [], holder.signer), null)
  }

  /** A court of the seat, entered on its gazette; its full notice begins. */
  async court(handle: string, rank: number): Promise<void> {
    const certificate = authenticity(sealed('a sample'))['certificate']
    const terms = {
      kind: 'court',
      name: rank === 1 ? 'Court of Examples' : 'Court of Appeal of Examples',
      country: 'XX',
      legalBasis: 'Code of Examples, section 1',
      effectsAllowed: [...ORDER_EFFECTS],
      channels: ['tel:+000000'],
      sealCerts: [String(certificate)],
      hierarchy: 'CIVIL',
      rank,
      appealStays: false,
      holdSeconds: null,
    }
    const body = { step: 'register', staff: 'OPERATOR', attestor: null, authority: handle }
    const asked = { ...body, gazette: hash(`gazette of ${handle}`), terms }
    const { operator } = this.registry
    const application = await this.#made('application', 'register-authority/1', asked, operator)
    await this.attest(application)
  }

  /** Everybody who is called answers, with yes but to these. */
  async attest(application: string, no: readonly string[] = []): Promise<readonly string[]> {
    const { examination } = this.record<Application>('application', application)
    assert.ok(examination)
    const { questions, calls } = examination
    const answers = Object.fromEntries(questions.map((one) => [one, no.includes(one) ? 'no' : 'yes']))
    const called = calls.filter((call) => !call.missed && call.answers === null).map(({ staff }) => staff)
    const said = (staff: string): JsonObject & { readonly staff: string } => ({
      application,
      staff,
      answers,
      evidence: hash('what the attestor saw'),
      nonce: hash(`${staff} ${application}`),
    })
    const step = async (staff: string, body: JsonObject): Promise<void> => {
      const signer = CLERKS.find(({ handle }) => handle === staff)?.signer
      assert.ok(signer, staff)
      assert.equal(await this.ask('attest/1', body, [], signer), null, `${String(body['step'])} of ${staff}`)
    }
    for (const staff of called) {
      const commitment = memberHashOf(nodeCrypto, said(staff))
      await step(staff, { step: 'commit', application, staff, commitment })
    }
    for (const staff of called) await step(staff, { step: 'reveal', ...said(staff) })
    return called
  }

  /** Serve a sealed PDF; the order's handle. */
  serve(from: string, reference: string, order: JsonObject, more: JsonObject): Promise<string> {
    const document = sealed(reference)
    const body = {
      step: 'serve',
      staff: 'OPERATOR',
      attestor: null,
      authority: from,
      reference,
      document: hash(document),
      date: this.registry.now.slice(0, 10),
      served: this.registry.now,
      authenticity: authenticity(document),
      order,
      until: null,
      executeFrom: null,
      seal: null,
      reverses: null,
      ...more,
    }
    return this.#made('order', 'serve-order/1', body, this.registry.operator)
  }

  /** The notices service logs its attempts for the examination of an order. */
  async notify(order: string): Promise<void> {
    const { application } = this.order(order)
    const { notice } = this.record<Application>('application', application)
    assert.ok(notice, 'somebody waits for a notice')
    const attempts = notice.to.map((holder) => ({
      entry: notice.since,
      application,
      holder,
      channel: 'public',
      to: null,
      message: hash(`to ${holder} of ${order}`),
      at: this.registry.now,
      reply: 'no-address',
      code: null,
    }))
    const body = { staff: 'NOTIFIER', attempts }
    assert.equal(await this.ask('record-notice/1', body, [], this.#notifier), null)
  }

  async rdap(path: string): Promise<JsonObject> {
    const answer = await createRdapHandler(this.registry.reader).handle('GET', path)
    assert.equal(answer.status, 200, path)
    return JSON.parse(new TextDecoder().decode(answer.body)) as JsonObject
  }
  whois(query: string): Promise<string> {
    return Promise.resolve(whoisText(this.registry.reader, query))
  }
  /** A page as text: one line for each thing that it says. */
  async page(path: string): Promise<string> {
    const reply = await this.#explorer.request(`http://registry.example${path}`)
    assert.equal(reply.status, 200, path)
    return reply.text()
  }

  /** The transparency report and the rest, computed from the public entries alone. */
  async report(): Promise<StatisticsReport> {
    const { store } = this.registry.reader
    const { size } = this.registry.reader.snapshot().publication
    const statistics = new Statistics(nodeCrypto)
    const follower = new StateFollower(nodeCrypto, statistics)
    for (const entry of await store.entries(0, size)) follower.step(entry)
    return statistics.report()
  }

  /** The independent audit of the public files: what it counts, and what it says. */
  async audit(): Promise<{ readonly orders: StatisticsReport['orders']; readonly text: string }> {
    const policy = parsePolicy(nodeCrypto, this.registry.reader.info.policy)
    assert.ok(policy.ok)
    const { report } = await auditLog(directorySource(this.registry.logDirectory), {
      crypto: nodeCrypto,
      policy: policy.value,
      trust: 'given',
      pool: null,
      clock: () => 0,
    })
    assert.deepEqual(report.faults, [])
    const { lacking, ...orders } = report.orders
    assert.equal(lacking, 0)
    return { orders, text: renderText(report) }
  }
}
