/** `order check`: what the desk would see of a document before anything is served. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { embeddedContent, LIMITS, reportHash, reportText, verifyDocument } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'
import { type OrderDocumentFault, parseInstant, readOrderDocument } from '@cadastre/records'
import { answersOf } from '../client/order-against.ts'
import { RegistryClient } from '../client/registry-client.ts'
import { systemNow } from '../data/system-now.ts'
import { itemLines, itemsOf, reportLines, withRegistry } from './order-words.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'

export type OrderCheckOptions = {
  readonly signature?: string
  readonly roots?: string
  readonly timeStampRoots?: string
  readonly status?: string
  readonly form?: string
  readonly at?: string
  readonly save?: string
  /** A running registry, which answers what its register and its records say. */
  readonly url?: string
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The files of a directory that end so, by name. */
async function filesIn(directory: string, ending: RegExp): Promise<readonly Uint8Array[]> {
  const names = (await readdir(directory)).filter((name) => ending.test(name)).sort()
  return Promise.all(names.map((name) => readFile(join(directory, name))))
}

/** The certificates of a directory: one in each DER file, any number in each PEM file. */
async function certificatesIn(directory: string | undefined): Promise<readonly Uint8Array[]> {
  if (directory === undefined) return []
  const files = await filesIn(directory, /\.(pem|crt|cer|der)$/i)
  return files.flatMap((bytes) => {
    if (bytes[0] !== 0x2d) return [bytes]
    const blocks = Buffer.from(bytes).toString('latin1').match(CERTIFICATE) ?? []
    return blocks.map((block) => Buffer.from(`${block}\n`, 'latin1'))
  })
}

/** The form: given apart, or the signed content itself where that is JSON. */
async function formOf(
  options: OrderCheckOptions,
  document: Uint8Array,
): Promise<{ readonly text: string; readonly signed: boolean } | null> {
  if (options.form !== undefined) return { text: await readFile(options.form, 'utf8'), signed: false }
  const content = options.signature === undefined ? embeddedContent(document, nodeDocumentPort) : document
  const text = Buffer.from(content ?? []).toString('utf8')
  return text.trimStart().startsWith('{') ? { text, signed: true } : null
}

export async function orderCheckCommand(
  file: string,
  options: OrderCheckOptions,
  output: Output,
): Promise<number> {
  const at = options.at === undefined ? systemNow() : parseInstant(options.at)
  if (at === null)
    throw new UsageError(`--at ${options.at}: expected an instant such as 2026-05-01T00:00:00Z`)
  const document = await readFile(file)
  const roots = await certificatesIn(options.roots)
  if (options.roots !== undefined && roots.length === 0)
    throw new CommandError(`${options.roots} holds no certificate (.pem, .crt, .cer or .der).`)
  if (roots.length > LIMITS.anchors) throw new CommandError(`More than ${LIMITS.anchors} roots.`)
  if (roots.length === 0) output.note('No roots are given (--roots): every seal leads nowhere.')
  const report = verifyDocument(
    {
      document,
      detachedSignature: options.signature === undefined ? undefined : await readFile(options.signature),
      roots,
      timeStampRoots:
        options.timeStampRoots === undefined ? roots : await certificatesIn(options.timeStampRoots),
      crls: options.status === undefined ? [] : await filesIn(options.status, /\.crl$/i),
      ocsps: options.status === undefined ? [] : await filesIn(options.status, /\.(ocsp|ors)$/i),
      at,
    },
    nodeDocumentPort,
  )
  const hash = reportHash(report, nodeDocumentPort)
  const form = await formOf(options, document)
  const read = form === null ? null : readOrderDocument(form.text)
  const faults: readonly OrderDocumentFault[] | null = read === null ? null : read.ok ? [] : read.error
  const [seal] = report.sealedBy
  const asked =
    options.url === undefined || read?.ok !== true
      ? []
      : await answersOf(new RegistryClient(options.url), {
          form: read.value,
          document: report.document.sha256,
          certificate: seal?.certificate ?? null,
          at,
        })
  const items = withRegistry(itemsOf(report, faults), asked)
  if (options.save !== undefined) await writeFile(options.save, reportText(report))
  // As `serve-order` takes it, should the order be served like this.
  const authenticity = seal === undefined ? null : { means: 'seal', ...seal, report: hash }
  output.result(
    { report, hash, authenticity, form: read?.ok === true ? JSON.parse(form?.text ?? 'null') : null, items },
    [...reportLines(report, file, hash), ...itemLines(items)].join('\n'),
  )
  if (form !== null && !form.signed) output.note('The form is not under seal; the document is the order.')
  return report.answer === 'authentic' && items.every(({ answer }) => answer !== 'fail') ? EXIT.ok : EXIT.no
}
