/** Asking a handler in a test: every response goes through the conformance rules. */

import assert from 'node:assert/strict'
import type { RdapHandler } from '../src/index.ts'
import { findings, isRecord, type Json, type JsonObject } from './conformance.ts'

export type Reply = { readonly status: number; readonly body: JsonObject }

export async function ask(handler: RdapHandler, target: string, method: string = 'GET'): Promise<Reply> {
  const answer = await handler.handle(method, target)
  const headers: { [name: string]: string | undefined } = {}
  for (let index = 0; index < answer.headers.length; index += 2)
    headers[(answer.headers[index] ?? '').toLowerCase()] = answer.headers[index + 1]
  const body = answer.text
  assert.deepEqual(answer.body, Buffer.from(body), 'the text is ASCII')
  assert.deepEqual(findings({ method, target, status: answer.status, headers, body }), [], target)
  return { status: answer.status, body: JSON.parse(body) as JsonObject }
}

/** The links of an object, by relation. */
export function linksOf(object: JsonObject): { readonly [rel: string]: string } {
  return pairs(object['links'], 'rel', 'href')
}

export function eventsOf(object: JsonObject): { readonly [action: string]: string } {
  return pairs(object['events'], 'eventAction', 'eventDate')
}

function pairs(list: Json | undefined, name: string, value: string): { readonly [name: string]: string } {
  const members = Array.isArray(list) ? list.filter(isRecord) : []
  return Object.fromEntries(members.map((one) => [String(one[name]), String(one[value])]))
}
