// The OpenAPI 3.1 description is whole, every route in it answers, and the explorer's types are what is described.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { PROCEDURES } from '@cadastre/procedures'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { API_ROUTES } from '../src/index.ts'
import { PROBLEMS } from '../src/problems.ts'
import type { RequestStatus } from '../src/status.ts'
import { lookupTypes } from '../src/type-text.ts'
import { bodyOf, start } from './start.ts'

const { registry, get, failures } = await start()
after(() => registry.close())
const holder = await registry.holder('Alpha Networks')
const document = await bodyOf<JsonObject>(get('/api/openapi.json'))

function at(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let found = value
  for (const name of names) found = isObject(found) ? found[name] : undefined
  return found
}
function* objectsIn(value: Json): Generator<JsonObject> {
  if (isArray(value)) for (const item of value) yield* objectsIn(item)
  if (!isObject(value)) return
  yield value
  for (const member of Object.values(value)) yield* objectsIn(member)
}
function members(value: Json | undefined): readonly (readonly [string, JsonObject])[] {
  assert.ok(isObject(value))
  return Object.entries(value).map(([name, member]) => {
    assert.ok(isObject(member), name)
    return [name, member] as const
  })
}
const operations = members(document['paths']).flatMap(([path, methods]) =>
  members(methods).map(([method, operation]) => ({ path, method, operation })),
)

test('the document is of OpenAPI 3.1 and every reference leads somewhere', () => {
  assert.match(String(document['openapi']), /^3\.1\./)
  for (const name of ['title', 'version']) assert.equal(typeof at(document, 'info', name), 'string')
  for (const { $ref } of objectsIn(document)) {
    if (typeof $ref !== 'string') continue
    const path = $ref.split('/')
    assert.equal(path.shift(), '#')
    assert.ok(isObject(at(document, ...path)), $ref)
  }
})

test('schemas use the keywords and types of JSON Schema 2020-12', () => {
  const types = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'])
  for (const [name, schema] of members(at(document, 'components', 'schemas'))) {
    for (const { type, required, properties } of objectsIn(schema)) {
      // A member that happens to be called `type` is a schema, not a type.
      for (const one of isArray(type) ? type : typeof type === 'string' ? [type] : [])
        assert.ok(types.has(String(one)), `${name}: ${one}`)
      if (isArray(required) && isObject(properties))
        for (const member of required)
          assert.ok(Object.hasOwn(properties, String(member)), `${name}: ${member}`)
    }
  }
})

test('each operation has a unique id, a summary, replies with words, and declares what its path names', () => {
  const ids = operations.map(({ operation }) => operation['operationId'])
  assert.equal(new Set(ids).size, ids.length)
  for (const { path, operation } of operations) {
    assert.equal(typeof operation['summary'], 'string', path)
    for (const [status, reply] of members(operation['responses'])) {
      assert.match(status, /^[2-5]\d\d$/)
      assert.equal(typeof reply['description'], 'string')
    }
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = isArray(operation['parameters']) ? operation['parameters'] : []
    const declared = parameters.filter((one) => at(one, 'in') === 'path').map((one) => at(one, 'name'))
    assert.deepEqual(declared, named, path)
    for (const one of parameters) assert.ok(at(one, 'in') !== 'path' || at(one, 'required') === true, path)
  }
})

test('the description and the mounted routes are the same', () => {
  const described = operations.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
  assert.deepEqual(described.sort(), [...API_ROUTES].sort())
})

const SAMPLES: { readonly [name: string]: string } = {
  seq: '1',
  index: '0',
  handle: holder.handle,
  kind: 'transfer',
  version: '1',
  code: 'not-found',
  q: '10.0.0.1',
  key: '10.0.0.1',
}

const QUERIES: { readonly [path: string]: string } = {
  '/api/lookup': '?q=10.0.0.1',
  '/api/extract': '?q=10.0.0.1',
  '/api/history': '?key=10.0.0.1',
}

test('every route in it answers with a status and a media type that it describes', async () => {
  const { requestHash } = await bodyOf<RequestStatus>(get('/api/requests/1'))
  for (const { path, method, operation } of operations) {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => SAMPLES[name] ?? requestHash)
    const query = QUERIES[path] ?? ''
    const init =
      method === 'post' ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' } : {}
    const reply = await get(filled + query, init)
    const described = at(operation['responses'], String(reply.status), 'content')
    assert.ok(isObject(described), `${method} ${filled}: ${reply.status} is not described`)
    assert.deepEqual(Object.keys(described), [reply.headers.get('content-type')?.replace(/;.*/, '')])
    const wanted = method === 'post' ? 400 : /^\/api\/(?:applications|orders)\//.test(path) ? 404 : 200
    assert.equal(reply.status, wanted, filled)
  }
  assert.deepEqual(failures, [])
})

test('answers have the members that their schemas require, and no others', async () => {
  for (const [path, name] of [
    ['/api/lookup?q=10.0.0.1', 'NumbersAnswer'],
    [`/api/holders/${holder.handle}`, 'HolderAnswer'],
    ['/api/lookup?q=alpha', 'HoldersAnswer'],
    ['/api/history?key=10.0.0.1', 'History'],
    ['/api/extract?q=10.0.0.1', 'Extract'],
    ['/api/requests/1', 'RequestStatus'],
    ['/api/procedures/transfer/1', 'ProcedureDescription'],
    ['/api/limits', 'Limits'],
  ] as const) {
    const answer = await bodyOf<JsonObject>(get(path))
    const required = at(document, 'components', 'schemas', name, 'required')
    assert.ok(isArray(required))
    assert.deepEqual(Object.keys(answer).sort(), [...required].map(String).sort(), name)
  }
})

test('each procedure’s body is there as the core has it', () => {
  const alternatives = at(document, 'components', 'schemas', 'SignedRequest', 'allOf')
  assert.ok(isArray(alternatives))
  const described = [...objectsIn(alternatives)].map((one) => at(one, 'procedure', 'const')).filter(Boolean)
  assert.deepEqual(described, Object.keys(PROCEDURES))
  assert.deepEqual(
    at(document, 'components', 'schemas', 'TransferV1Body'),
    PROCEDURES['transfer/1']?.body.json,
  )
})

test('generated/lookup-types.ts is what the schemas give', () => {
  const file = readFileSync(join(import.meta.dirname, '../src/generated/lookup-types.ts'), 'utf8')
  assert.equal(file, lookupTypes(), 'run: node faces/api/scripts/generate-types.ts')
})

test('docs/api.md lists the routes and the problems as they are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (GET|POST) \| `([^`?]+)/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  )
  const mounted = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  assert.deepEqual(rows.sort(), mounted.sort())
  const codes = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ])
  assert.deepEqual(
    codes,
    Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]),
  )
})
