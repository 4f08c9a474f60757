/** The commands of `cadastre-fees`. */

import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeBase64, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner } from '@cadastre/notes'
import { addSeconds, DAY_SECONDS, type Instant, instantFromSeconds, parseHandle } from '@cadastre/records'
import { Command } from 'commander'
import { FeesDatabase } from './database.ts'
import { FEE_ACTS, signFeeReceipt } from './receipt.ts'

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

function receiptCommand(invoice: string, { origin }: { readonly origin: string }): void {
  const number = whole(invoice, 'The invoice')
  const found = withDatabase((database) => database.invoice(number, now()))
  if (found === null) throw new UsageError(`There is no invoice ${number}.`)
  const act = FEE_ACTS.find((one) => one === found.act)
  const request = found.request === null ? null : decodeBase64(found.request)
  if (act === undefined || request === null) throw new UsageError(`Invoice ${number} is for no act.`)
  if (found.paid === null)
    throw new UsageError(`Invoice ${number} is open: ${found.paidCents} of ${found.cents} cents are paid.`)
  const receipt = { origin, holder: found.holder, act, request, paid: found.paid }
  console.log(signFeeReceipt(receipt, noteSigner(nodeCrypto, keyName(origin), feesKey())).trimEnd())
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
  program
    .command('receipt <invoice>')
    .description('print the signed receipt of a paid invoice for an act')
    .requiredOption('--origin <origin>', "the registry's log origin")
    .action(receiptCommand)
  program
    .command('vkey')
    .description('print the key that signs receipts')
    .requiredOption('--origin <origin>', "the registry's log origin")
    .action(({ origin }: { readonly origin: string }) =>
      console.log(formatVkey(makeVkey(nodeCrypto, keyName(origin), KEY_TYPE_ED25519, feesKey().publicKey))),
    )
  return program
}
