/** Requests about claims, complaints, extracts and erasure, and what staff ask for about pauses, errors and sanctions. */

import { readFile } from 'node:fs/promises'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  asRecordKey,
  commitmentsOf,
  type Holder,
  isObject,
  type Json,
  type JsonObject,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { UsageError } from '../commands/output.ts'
import { findRegistration, handleOption, holderRecordKey, rangeOption, type Wish } from './bodies.ts'
import { fileHash, list, needed, optionalFileHash, text, wholeNumber } from './wish-options.ts'
import type { Options, WishContext } from './wishes.ts'

type Build = (context: WishContext) => Promise<Wish>

function wish(procedure: string, body: JsonObject): Wish {
  return { procedure, body, replaces: [] }
}
function handles(options: Options, name: string, option: string = '--staff'): readonly string[] {
  return list(options, name).map((one) => handleOption(one, option))
}

async function registrationOption({ client, options }: WishContext): Promise<JsonObject> {
  const { key, registration } = await findRegistration(
    client,
    rangeOption(text(options, 'range'), '--range'),
    null,
  )
  return { key, id: registration.id }
}
/** The claimant's own key: the first that signs. */
function claimantKey({ signers }: WishContext): string {
  const [signer] = signers
  if (signer === undefined) throw new UsageError('--key NAME: the claimant signs with a key.')
  return encodeBase64(signer.publicKey)
}

const annotateDispute: Build = async (context) => {
  const { options } = context
  const registration = await registrationOption(context)
  const staff = handles(options, 'clerk', '--clerk')
  const about = async (step: string, name: string, more: JsonObject = {}): Promise<Wish> =>
    wish('annotate-dispute/1', {
      step,
      registration,
      annotation: handleOption(text(options, name), `--${step}`),
      ...more,
    })
  if (text(options, 'lapse') !== undefined) return about('lapse', 'lapse')
  if (text(options, 'withdraw') !== undefined)
    return about('withdraw', 'withdraw', { key: claimantKey(context) })
  if (text(options, 'end') !== undefined)
    return about('end', 'end', {
      staff,
      evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
    })
  const claim = {
    registration,
    key: claimantKey(context),
    facts: await fileHash(needed(options, 'facts', '--facts FILE')),
  }
  if (staff.length === 0)
    return wish('annotate-dispute/1', {
      step: 'claim',
      ...claim,
      evidence: await optionalFileHash(options, 'evidence'),
    })
  return wish('annotate-dispute/1', {
    step: 'court',
    ...claim,
    evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
    staff,
    leave: await optionalFileHash(options, 'leave'),
  })
}

const complain: Build = async ({ options }) => {
  const answered = text(options, 'answer')
  if (answered !== undefined)
    return wish('complain/1', {
      step: 'answer',
      complaint: handleOption(answered, '--answer'),
      staff: handleOption(text(options, 'clerk'), '--clerk'),
      says: needed(options, 'says', '--says issued|not-issued|no-answer'),
      evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
    })
  return wish('complain/1', {
    step: 'complain',
    complaint: await fileHash(needed(options, 'text', '--text FILE')),
    instrument: await optionalFileHash(options, 'instrument'),
  })
}

const certifiedExtract: Build = async ({ client, options }) => {
  const file = needed(options, 'file', '--file FILE')
  const extract: Json = JSON.parse(await readFile(file, 'utf8'))
  const key = isObject(extract) ? asRecordKey(String(extract['key'])) : null
  if (key === null)
    throw new UsageError(`--file ${file}: no extract; "cadastre extract QUERY --save FILE" makes one.`)
  const record = await client.record(key)
  return wish('certified-extract/1', {
    key,
    record: record === null ? null : memberHashOf(nodeCrypto, record),
    extract: await fileHash(file),
  })
}

const erase: Build = async ({ client, options }) => {
  const holder = handleOption(text(options, 'holder'), '--holder')
  const named = list(options, 'commitment')
  if (options['all'] !== true) {
    if (named.length === 0) throw new UsageError('--commitment COMMITMENT or --all: what is to be erased?')
    return wish('erase/1', { holder, commitments: named })
  }
  const record: unknown = await client.record(holderRecordKey(holder))
  if (record === null) throw new UsageError(`--holder ${holder}: there is no such holder.`)
  return wish('erase/1', { holder, commitments: commitmentsOf(record as Holder).slice(0, 32) })
}

const pause: Build = async ({ options }) => {
  const staff = handles(options, 'staff')
  if (options['resume'] === true) return wish('pause/1', { step: 'resume', staff: staff[0] ?? '' })
  return wish('pause/1', {
    step: 'pause',
    trigger: needed(options, 'trigger', '--trigger log-key-compromise|corruption|active-attack'),
    seconds: wholeNumber(needed(options, 'hours', '--hours HOURS'), '--hours') * 3600,
    report: await fileHash(needed(options, 'report', '--report FILE')),
    staff,
  })
}

const reportIncident: Build = async ({ options }) =>
  wish('report-incident/1', {
    staff: handles(options, 'staff')[0] ?? '',
    kind: needed(options, 'kind', '--kind KIND'),
    report: await fileHash(needed(options, 'report', '--report FILE')),
    affected: wholeNumber(needed(options, 'affected', '--affected COUNT'), '--affected'),
    discovered: needed(options, 'discovered', '--discovered INSTANT'),
  })

const applySanctionsAct: Build = async ({ options }) => {
  const staff = handles(options, 'staff')
  const shared = {
    holder: handleOption(text(options, 'holder'), '--holder'),
    act: needed(options, 'act', '--act IDENTIFIER'),
    evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
  }
  if (options['lift'] === true)
    return wish('apply-sanctions-act/1', { step: 'lift', ...shared, staff: staff[0] ?? '' })
  const kinds = list(options, 'forbids')
  if (options['nameOnly'] === true)
    return wish('apply-sanctions-act/1', { step: 'delay', ...shared, kinds, staff })
  const name = text(options, 'register')
  const number = text(options, 'registerNumber')
  return wish('apply-sanctions-act/1', {
    step: 'certify',
    ...shared,
    kinds,
    register: name === undefined || number === undefined ? null : { name, number },
    ruling: await optionalFileHash(options, 'ruling'),
    staff,
  })
}

export const NOTES_WISHES: { readonly [kind: string]: Build } = {
  'annotate-dispute': annotateDispute,
  'apply-sanctions-act': applySanctionsAct,
  'certified-extract': certifiedExtract,
  complain,
  erase,
  pause,
  'report-incident': reportIncident,
}
