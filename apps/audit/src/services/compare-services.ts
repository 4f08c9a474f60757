/** The services of a running registry, compared with its record: from addresses and a policy to a report. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { type LogSource, SourceError } from '../source.ts'
import type { Channel } from './asking.ts'
import { type Asker, Comparison, type EvidenceMaker } from './compare.ts'
import { compareFiles, type ForkMaker } from './files.ts'
import { Follower } from './follower.ts'
import { HttpChannel } from './http-channel.ts'
import { aboutHowMany, type Question, questionsOf, type ServiceName } from './questions.ts'
import type { AskerReport, ServiceFinding, ServicesReport } from './report.ts'
import { sample, seeded } from './seeded.ts'
import { Timing } from './timing.ts'
import { WhoisChannel } from './whois-channel.ts'

export type ServiceAddresses = {
  /** What `services.rdap` and the others of the well-known file begin with; answers link below it. */
  readonly base: string
  readonly rdap: string
  readonly log: string
  readonly proof: string
  /** The JSON interface; null: there is none. */
  readonly api: string | null
  /** Null: there is no WHOIS. */
  readonly whois: { readonly host: string; readonly port: number } | null
  /** The notice that answers carry; null without one. */
  readonly notice: string | null
}

export type CompareOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  readonly addresses: ServiceAddresses
  /** Source addresses to ask from; empty: any. */
  readonly from: readonly string[]
  /** Null: everything. */
  readonly sample: { readonly questions: number; readonly seed: number } | null
  /** Connections of each asker to each service. */
  readonly connections: number
  readonly progress: (what: ServicesPhase, done: number, of: number | null) => void
  readonly clock: () => number
  readonly evidence: (parts: EvidenceParts) => { readonly served: EvidenceMaker; readonly fork: ForkMaker }
}

/** What the first asker reads the record from. */
type EvidenceParts = {
  readonly follower: Follower
  readonly proof: HttpChannel
  readonly log: HttpChannel
}
export type ServicesPhase =
  | 'reading the log'
  | 'comparing answers'
  | 'comparing files'
  | 'asking the slowest again'

const MAX_FINDINGS = 1000
/** Questions of one asker on their way at once. */
const BATCH = 256

export async function compareServices(options: CompareOptions): Promise<ServicesReport> {
  const began = options.clock()
  const asking = options.from.length === 0 ? [null] : options.from
  const open = asking.map((from) => openAsker(options, from))
  try {
    return await compare(options, open, began)
  } finally {
    for (const { asker, log } of open) {
      for (const channel of Object.values(asker.channels)) channel.close()
      log.close()
    }
  }
}

type Open = { readonly asker: Asker; readonly log: HttpChannel; readonly proof: HttpChannel }

function openAsker({ addresses, connections }: CompareOptions, from: string | null): Open {
  const http = (base: string): HttpChannel =>
    new HttpChannel({ base: base.replace(/\/$/, ''), from, connections })
  const proof = http(addresses.proof)
  const { whois, api } = addresses
  const lines =
    whois === null
      ? NO_SERVICE
      : new WhoisChannel({ ...whois, from, connections: Math.ceil(connections / CONNECTIONS_A_LINE) })
  return {
    asker: {
      from: from ?? 'any',
      channels: {
        rdap: http(addresses.rdap),
        whois: lines,
        proof,
        api: api === null ? NO_SERVICE : http(api),
      },
    },
    log: http(addresses.log),
    proof,
  }
}

/** WHOIS lines are pipelined, so that few connections do. */
const CONNECTIONS_A_LINE = 8

const NO_SERVICE: Channel = {
  ask: async () => ({ kind: 'failed', why: 'there is no such service here' }),
  close: () => undefined,
}

async function compare(
  options: CompareOptions,
  open: readonly Open[],
  began: number,
): Promise<ServicesReport> {
  const [first] = open
  if (first === undefined) throw new RangeError('at least one asker')
  const follower = new Follower(
    channelSource(first.log, options.addresses.log),
    options.policy,
    options.crypto,
  )
  await follower.fetch(true, (done, of) => options.progress('reading the log', done, of))
  const start = follower.record.size
  const timing = new Timing()
  const expected = options.sample?.questions ?? aboutHowMany(follower.record)
  const makers = options.evidence({ follower, proof: first.proof, log: first.log })
  const { crypto, policy, addresses } = options
  const comparison = new Comparison(
    {
      crypto,
      policy,
      house: { base: addresses.base, notice: addresses.notice },
      follower,
      askers: open.map(({ asker }) => asker),
      batch: BATCH,
      maxFindings: MAX_FINDINGS,
      evidence: makers.served,
      progress: (done) => options.progress('comparing answers', done, Math.max(done, expected)),
    },
    (asker, question, answer) => timing.note(asker, question, answer),
  )
  const { sample: sampled } = options
  const random = seeded(sampled?.seed ?? 1)
  const all = asked(options, follower)
  await comparison.run(sampled === null ? all : sample(all, sampled.questions, random))
  const files = await compareFiles({
    crypto,
    policy,
    follower,
    askers: open.map(({ asker, log }) => ({ from: asker.from, log })),
    chosen: (paths) => (sampled === null ? paths : sample(paths, sampled.questions, random)),
    progress: (done, of) => options.progress('comparing files', done, of),
    find: (finding) => comparison.findings.add(finding),
    fork: makers.fork,
  })
  options.progress('asking the slowest again', 0, null)
  for (const finding of await timing.findings()) comparison.findings.add(finding)
  for (const finding of limitsDiffer(comparison)) comparison.findings.add(finding)
  return report(options, { comparison, follower, start, files, seconds: options.clock() - began })
}

function* asked({ addresses }: CompareOptions, { record }: Follower): Generator<Question, void, undefined> {
  for (const question of questionsOf(record))
    if (question.service === 'rdap' || addresses[question.service] !== null) yield question
}

/** The log's files as one asker is given them. */
function channelSource(channel: HttpChannel, name: string): LogSource {
  return {
    name,
    async read(path) {
      for (let attempt = 1; ; attempt++) {
        const served = await channel.bytes(`/${path}`)
        if (served.kind === 'answer') {
          if (served.status === 200) return served.bytes
          if (served.status === 404 || served.status === 410) return null
        }
        if (attempt === ATTEMPTS)
          throw new SourceError(
            `${name}${path}: ${served.kind === 'answer' ? `HTTP status ${served.status}` : served.why}`,
          )
        await sleep(AGAIN_MILLISECONDS * attempt)
      }
    },
  }
}
const ATTEMPTS = 4
const AGAIN_MILLISECONDS = 250

/** So many refusals by a limit are not chance. */
const LIMITED = 5

/** All askers put the same questions at the same pace: a limit that one of them alone meets is not the same for all. */
function limitsDiffer({ counts }: Comparison): readonly ServiceFinding[] {
  const all = [...counts].map(([asker, count]) => ({ from: asker.from, ...count }))
  const most = all.filter(({ limited }) => limited >= LIMITED)
  const none = all.filter(({ limited }) => limited === 0)
  if (most.length === 0 || none.length === 0) return []
  return [
    {
      code: 'limits-differ',
      service: 'rdap',
      question: 'all of them',
      from: most.map(({ from }) => from),
      others: none.map(({ from }) => from),
      size: null,
      details: most.map(({ from, limited }) => `${from} was told ${limited} times to come back later.`),
      evidence: null,
      noEvidence: 'It is seen by asking again, and not from a file.',
    },
  ]
}

type Done = {
  readonly comparison: Comparison
  readonly follower: Follower
  readonly start: number
  readonly files: number
  readonly seconds: number
}

function report(
  options: CompareOptions,
  { comparison, follower, start, files, seconds }: Done,
): ServicesReport {
  const { record, latest } = follower
  const askers = [...comparison.counts].map(([asker, count]): AskerReport => ({ from: asker.from, ...count }))
  const questions: { [S in ServiceName]: number } = { ...comparison.questions }
  return {
    url: options.addresses.base,
    origin: latest.origin,
    sizes: [start, record.size],
    at: record.at,
    sample: options.sample,
    questions,
    files,
    askers,
    unopened: comparison.unopened,
    findingCount: comparison.findings.count,
    findings: comparison.findings.all,
    seconds,
  }
}
