/** The commands of `cadastre-fees`. */

import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeBase64, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner } from '@cadastre/notes'
import {
  addSeconds,
  canonicalJson,
  DAY_SECONDS,
  FEE_ACTS,
  FEE_REFUSALS,
  type FeeNote,
  type Instant,
  instantFromSeconds,
  isArray,
  isObject,
  type Json,
  parseHandle,
  preAuthenticationEncoding,
} from '@cadastre/records'
import { Command } from 'commander'
import { FeesDatabase, type Invoice } from './database.ts'
import { signFeeNote } from './receipt.ts'

const DUE_DAYS = 30

/** Thrown on what the user gave that cannot be; the message says what would be right. */
class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

function directory(): string {
  const path = resolve(process.env['CADASTRE_FEES'] ?? './fees')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}

function withDatabase<T>(work: (database: FeesDatabase) => T): T {
  const database = new FeesDatabase(join(directory(), 'fees.sqlite'))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** The fees' key, made at first use: PKCS #8 PEM, readable by the owner only. */
function feesKey(): Signer {
  const file = join(directory(), 'fees.pem')
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  }
  const { d = '' } = createPrivateKey(readFileSync(file)).export({ format: 'jwk' })
  return ed25519SignerFromSeed(Buffer.from(d, 'base64url'))
}

const keyName = (origin: string): string => `${origin}/fees`

function now(): Instant {
  return instantFromSeconds(Math.floor(Date.now() / 1000))
}

function whole(text: string, what: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text))
    throw new UsageError(`${what} is "${text}"; a whole number from 1 would be right.`)
  return Number(text)
}

function requestHash(text: string): string {
  if (decodeBase64(text)?.length !== 32)
    throw new UsageError(`The request's hash is "${text}"; SHA-256 in base64, 44 characters, would be right.`)
  return text
}

function invoiceCommand(
  holder: string,
  { cents, act, request }: { readonly cents: string; readonly act?: string; readonly request?: string },
): void {
  if (parseHandle(holder) !== holder) throw new UsageError(`"${holder}" is no handle; H-41 would be one.`)
  if (act !== undefined && !FEE_ACTS.some((one) => one === act))
    throw new UsageError(`The act "${act}" has no fee; only ${FEE_ACTS.join(', ')} may have one.`)
  if ((act === undefined) !== (request === undefined))
    throw new UsageError('--act and --request belong together.')
  const issued = now()
  const number = withDatabase((database) =>
    database.issue({
      holder,
      act: act ?? null,
      request: request === undefined ? null : requestHash(request),
      cents: whole(cents, 'The amount'),
      issued,
      due: addSeconds(issued, DUE_DAYS * DAY_SECONDS),
    }),
  )
  console.log(String(number))
}

/** The invoice of an act, with what every note about it says. */
function actOf(
  invoice: string,
  origin: string,
): { readonly found: Invoice; readonly said: Pick<FeeNote, 'origin' | 'holder' | 'act' | 'request'> } {
  const number = whole(invoice, 'The invoice')
  const found = withDatabase((database) => database.invoice(number, now()))
  if (found === null) throw new UsageError(`There is no invoice ${number}.`)
  const act = FEE_ACTS.find((one) => one === found.act)
  if (act === undefined || found.request === null) throw new UsageError(`Invoice ${number} is for no act.`)
  return { found, said: { origin, holder: found.holder, act, request: found.request } }
}
function printNote(note: FeeNote): void {
  console.log(signFeeNote(note, noteSigner(nodeCrypto, keyName(note.origin), feesKey())).trimEnd())
}

function receiptCommand(invoice: string, { origin }: { readonly origin: string }): void {
  const { found, said } = actOf(invoice, origin)
  if (found.paid === null)
    throw new UsageError(
      `Invoice ${found.number} is open: ${found.paidCents} of ${found.cents} cents are paid.`,
    )
  printNote({ ...said, refusal: null, at: found.paid })
}

function refusalCommand(
  invoice: string,
  { origin, because }: { readonly origin: string; readonly because: string },
): void {
  const { found, said } = actOf(invoice, origin)
  const refusal = FEE_REFUSALS.find((one) => one === because)
  if (refusal === undefined)
    throw new UsageError(`--because ${because}: expected one of ${FEE_REFUSALS.join(', ')}.`)
  if (found.paid !== null)
    throw new UsageError(`Invoice ${found.number} is paid: there is nothing to refuse.`)
  printNote({ ...said, refusal, at: now() })
}

/**
 * Signs a request that was saved for others to sign (`cadastre request change-staff --save FILE`), so that this key may
 * become the cashier's. It signs nothing else.
 */
function signCommand(file: string): void {
  const saved: Json = JSON.parse(readFileSync(file, 'utf8'))
  const { request = null, evidence = null, ...rest } = isObject(saved) ? saved : {}
  if (!isObject(request) || !isArray(evidence) || request['procedure'] !== 'change-staff/1')
    throw new UsageError(`${file} is no saved request of change-staff/1.`)
  const text = canonicalJson(request)
  const message = encodeUtf8(preAuthenticationEncoding(text, encodeUtf8(text).length))
  const key = feesKey()
  const item = { alg: 'ed25519', key: encodeBase64(key.publicKey), sig: encodeBase64(key.sign(message)) }
  writeFileSync(file, `${JSON.stringify({ request, evidence: [...evidence, item], ...rest }, null, 2)}\n`)
}

export function createProgram(): Command {
  const program = new Command('cadastre-fees')
    .description('Invoices, payments and debts. The registry neither reads them nor needs them.')
    .addHelpText(
      'after',
      '\nEnvironment:\n  CADASTRE_FEES  directory of the database and the key (default ./fees)',
    )
  program
    .command('invoice <holder>')
    .description('issue an invoice; prints its number')
    .requiredOption('--cents <n>', 'amount')
    .option('--act <act>', 'the act that it is for')
    .option('--request <hash>', "SHA-256 of that act's request, base64")
    .action(invoiceCommand)
  program
    .command('pay <invoice> <cents> <reference>')
    .description('book a payment; the same reference again changes nothing')
    .action((invoice: string, cents: string, reference: string) =>
      withDatabase((database) =>
        database.pay(whole(invoice, 'The invoice'), whole(cents, 'The amount'), reference, now()),
      ),
    )
  program
    .command('tender <invoice>')
    .description('note that payment was offered; unanswered for a week it counts as paid')
    .action((invoice: string) =>
      withDatabase((database) => database.tender(whole(invoice, 'The invoice'), now())),
    )
  program
    .command('refuse-tender <invoice>')
    .description('refuse what was offered, within a week of the offer')
    .action((invoice: string) =>
      withDatabase((database) => database.refuseTender(whole(invoice, 'The invoice'), now())),
    )
  program
    .command('debts')
    .description('list what is owed and late, as JSON')
    .action(() =>
      console.log(
        JSON.stringify(
          withDatabase((database) => database.debts(now())),
          null,
          2,
        ),
      ),
    )
  addNotes(program)
  return program
}

/** What leaves this program for the registry, signed, and its key. */
function addNotes(program: Command): void {
  program
    .command('receipt <invoice>')
    .description('print the signed receipt of a paid invoice for an act')
    .requiredOption('--origin <origin>', "the registry's log origin")
    .action(receiptCommand)
  program
    .command('refusal <invoice>')
    .description('print a signed note that what was offered for an act is refused')
    .requiredOption('--origin <origin>', "the registry's log origin")
    .requiredOption('--because <reason>', `one of ${FEE_REFUSALS.join(', ')}`)
    .action(refusalCommand)
  program
    .command('vkey')
    .description('print the key that signs receipts')
    .requiredOption('--origin <origin>', "the registry's log origin")
    .action(({ origin }: { readonly origin: string }) =>
      console.log(formatVkey(makeVkey(nodeCrypto, keyName(origin), KEY_TYPE_ED25519, feesKey().publicKey))),
    )
  program
    .command('key')
    .description('print the public key alone, as the registry lists its cashier')
    .action(() => console.log(encodeBase64(feesKey().publicKey)))
  program
    .command('sign <file>')
    .description('sign a saved change of staff by which this key becomes the cashier’s')
    .action(signCommand)
}
